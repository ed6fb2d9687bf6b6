import { createHash } from 'node:crypto';

/** How many bytes of a tracked link's payload name its key. */
export const keyIdBytes = 8;

const purpose = 'postroom/link-key/1\0';

/**
 * The name of a secret, which says nothing of it. Tracked links carry it, so that whoever follows one is led on without a
 * look at the send in the database.
 */
export function linkKeyIdOf(secret: Uint8Array): Uint8Array {
  return createHash('sha256').update(purpose).update(secret).digest().subarray(0, keyIdBytes);
}

/** A secret that signed tracked links of a workspace, and until when they lead on; null: it signs new ones. */
export type LinkKey = {
  readonly workspaceId: string;
  readonly secret: Uint8Array;
  readonly clicksUntil: Date | null;
};

/** What finds the keys of tracked links. */
export type LinkKeys = {
  /** Null: there is none, or its time is over. Rejects while that cannot be known. */
  find(keyId: Uint8Array): Promise<LinkKey | null>;
  /** Reads all of them now, so that later ones are found without the database. */
  warm(): Promise<void>;
};

/** How old what was read may be before it is read again, beside the answer, in milliseconds. */
const freshMs = 60_000;

/** How long it is not read again because a key is not known, in milliseconds, and in times of how long that takes: anybody can make up keys. */
const afterRead = { leastMs: 200, times: 10 };

const nameOf = (keyId: Uint8Array) => Buffer.from(keyId).toString('hex');

type LinkKeysDeps = {
  readonly load: () => Promise<readonly LinkKey[]>;
  /** Ends the time of replaced keys. */
  readonly now: () => Date;
  /** Tells what is old: a clock that is set back would keep keys from being read for as long. */
  readonly monotonicMs: () => number;
  readonly onTrouble: (error: unknown) => void;
};

/** Keeps all keys in memory, some 200 bytes each. While they cannot be read again, those that are there go on. */
export function createLinkKeys(deps: LinkKeysDeps): LinkKeys {
  let keys: ReadonlyMap<string, LinkKey> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let tookMs = 0;
  let failure: { readonly error: unknown } | null = null;
  let reading: Promise<void> | null = null;

  const read = async () => {
    const loaded = await deps.load();
    keys = new Map(loaded.map((key) => [nameOf(linkKeyIdOf(key.secret)), key]));
    readAt = deps.monotonicMs();
    tookMs = readAt - triedAt;
  };
  const readOnce = (): Promise<void> => {
    if (reading !== null) return reading;
    triedAt = deps.monotonicMs();
    reading = read()
      .then(
        () => {
          failure = null;
        },
        (error: unknown) => {
          failure = { error };
          throw error;
        },
      )
      .finally(() => {
        reading = null;
      });
    return reading;
  };
  const mayRead = (now: number) => now - triedAt > Math.max(afterRead.leastMs, afterRead.times * tookMs);
  const usable = (name: string): LinkKey | null => {
    const key = keys.get(name);
    if (key === undefined) return null;
    return key.clicksUntil === null || key.clicksUntil.getTime() > deps.now().getTime() ? key : null;
  };

  return {
    warm: readOnce,
    find: async (keyId) => {
      const name = nameOf(keyId);
      const now = deps.monotonicMs();
      if (keys.has(name)) {
        if (now - readAt > freshMs && mayRead(now)) readOnce().catch(deps.onTrouble);
        return usable(name);
      }
      if (reading !== null || mayRead(now)) await readOnce();
      // Of a key that is not there nothing is known until they can be read again.
      else if (failure !== null) throw failure.error;
      return usable(name);
    },
  };
}
