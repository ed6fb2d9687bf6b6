import { Prisma } from '../generated/client.ts';

/**
 * What differs from one failure to the next of the same cause, and what stands for it: times, addresses of mail and of hosts,
 * ids (sixteen or more letters and digits, of which one is a digit), and numbers that are no status code.
 */
const details: readonly (readonly [string, string])[] = [
  [String.raw`\m\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?[\d.]*(Z|[+-]\d\d:?\d\d)?`, '<time>'],
  [String.raw`[^\s<>"',;()]+@[^\s<>"',;()]+`, '<address>'],
  [String.raw`\m\d{1,3}(\.\d{1,3}){3}\M`, '<address>'],
  [String.raw`\m(?=[A-Za-z0-9_+/=-]*\d)[A-Za-z0-9_+/=-]{16,}`, '<id>'],
  [String.raw`\m\d{4,}([.,]\d+)*\M`, '<number>'],
];

/** A cause is no longer than this, in characters. */
const maxCause = 300;

/** Why sends failed, in SES's words where it was SES, so that failures of one cause have one text. */
export const causeOf = (message: Prisma.Sql): Prisma.Sql => {
  const without = details.reduce(
    (text, [detail, mark]) => Prisma.sql`regexp_replace(${text}, ${detail}, ${mark}, 'g')`,
    Prisma.sql`left(coalesce(${message}, 'no reason is known'), 2000)`,
  );
  return Prisma.sql`left(${without}, ${maxCause}::int)`;
};

/** Whether sends failed of that cause. Those that do not even begin so are told without looking for what may differ. */
export const hasCause = (message: Prisma.Sql, cause: string): Prisma.Sql => Prisma.sql`
  (starts_with(coalesce(${message}, 'no reason is known'), ${cause.split('<')[0] ?? ''}::text)
    AND ${causeOf(message)} = ${cause}::text)`;
