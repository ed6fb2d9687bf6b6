import { canonicalJsonPieces } from '@postroom/contracts';

/** What an answer holds of what one email says, in bytes of JSON: more of them keep everybody else's requests waiting. */
export const maxShownBytes = 4 * 1024 * 1024;

/**
 * The bytes that it takes in an answer, where marks are escaped and a control character is six bytes. Counting stops above
 * `maxBytes`, so that what is never answered costs no more than what is.
 */
export function bytesInJson(content: object, maxBytes: number): number {
  let bytes = 0;
  for (const piece of canonicalJsonPieces(content)) {
    bytes += Buffer.byteLength(piece);
    if (bytes > maxBytes) break;
  }
  return bytes;
}

/** Whether an answer may hold it. */
export const isShowable = (content: object, maxBytes = maxShownBytes): boolean =>
  bytesInJson(content, maxBytes) <= maxBytes;

/** Why it is not shown, in words that follow what it is about. */
export const notShowable = (maxBytes = maxShownBytes): string =>
  `comes to more than the ${maxBytes} bytes of JSON that are shown`;

/** The most that is shown of what somebody tries out: few words of theirs must not make megabytes. */
export const maxBytesMadeOf = (source: object): number =>
  Math.min(maxShownBytes, 1024 * 1024 + 10 * bytesInJson(source, maxShownBytes));
