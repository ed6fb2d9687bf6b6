/** A key that nothing else has. `randomUUID` is there over https alone, this everywhere. */
export const newKey = (): string =>
  `dashboard-${Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;

/** Gives requests their keys, so that what is asked for again behind a lost answer is not done twice. */
export type Keeper = {
  /** The same content has the same key until it is known to be done. */
  readonly keyFor: (content: unknown) => string;
  /** It is done: what is asked for from now on is meant anew. */
  readonly done: () => void;
};

/** Keeps the key of the last content. */
export function keepKey(): Keeper {
  let [last, key] = ['', ''];
  return {
    keyFor: (content) => {
      const text = JSON.stringify(content);
      if (text !== last) [last, key] = [text, newKey()];
      return key;
    },
    done: () => {
      last = '';
    },
  };
}
