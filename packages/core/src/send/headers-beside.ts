import type { MessageHeader } from '@postroom/contracts';

/** Those headers whose names, in any case of letters, neither the others nor one before has: SES refuses a message that has one twice. */
export function headersBeside(
  headers: readonly MessageHeader[],
  others: readonly MessageHeader[],
): readonly MessageHeader[] {
  const lower = ({ name }: MessageHeader) => name.toLowerCase();
  const taken = new Set(others.map(lower));
  return headers.filter((header) => {
    const isFirst = !taken.has(lower(header));
    taken.add(lower(header));
    return isFirst;
  });
}
