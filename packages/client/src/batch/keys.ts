/** RFC 9110 field values that survive every proxy: printable ASCII without spaces at the ends. */
const printable = /^[!-~](?:[ -~]*[!-~])?$/;

/** What is added to a key of a batch, which may have 255 characters itself in the end. */
const room = 15;

function checkKey(key: string, maxLength: number): string {
  if (typeof key === 'string' && key.length <= maxLength && printable.test(key)) return key;
  throw new TypeError(`idempotencyKey must be 1 to ${maxLength} printable ASCII characters.`);
}

/** Whether a call was given a key; an error without one has null in its place. */
export const isGiven = (key: string | null | undefined): key is string => key !== undefined && key !== null;

/** Checks the key of a call that sends one email. */
export const checkSingleKey = (key: string) => checkKey(key, 255);

/** Checks the key of a batch: there is room for each entry's place behind it. */
export const checkBatchKey = (key: string) => checkKey(key, 255 - room);

/** The key of one entry. It is the server's own rule for emails, with the place in the whole list. */
export const entryKey = (key: string, index: number) => `${key}/${index}`;

/** The `Idempotency-Key` of the request that begins with this entry: the same whenever the call is repeated. */
export const requestKey = (key: string, offset: number) => (offset === 0 ? key : `${key}+${offset}`);
