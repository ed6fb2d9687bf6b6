import { createAsking } from '../connection/asking.ts';
import type { RedisConnection } from '../connection/redis.ts';
import { accountsKey, holdsKey, prefixOfAccount } from '../jobs/names.ts';
import { type ActiveHold, createHolds, type Holds } from './holds.ts';

/** The holds of all accounts of SES, to be looked at. */
export type HoldsOfAll = {
  /** Reads them again. That of a whole account has the scope `account:<id>`, but for the environment's. Never rejects. */
  refresh(): Promise<readonly (ActiveHold & { readonly accountId: string | null })[]>;
};

/** Opens the holds of all accounts that there may be mail of. */
export function createHoldsOfAll({
  redis,
  prefix,
}: {
  readonly redis: RedisConnection;
  readonly prefix: string;
}): HoldsOfAll {
  const ask = createAsking();
  const opened = new Map<string | null, Holds>();
  let accounts: readonly string[] = [];
  const holdsOf = (accountId: string | null): Holds => {
    const holds =
      opened.get(accountId) ?? createHolds({ redis, key: holdsKey(prefixOfAccount(prefix, accountId)) });
    opened.set(accountId, holds);
    return holds;
  };
  return {
    refresh: async () => {
      accounts = await ask(() => redis.smembers(accountsKey(prefix))).catch(() => accounts);
      const all = await Promise.all(
        [null, ...accounts].map(async (accountId) =>
          (await holdsOf(accountId).refresh()).map((hold) => {
            const isWhole = accountId !== null && hold.scope === 'account';
            return { ...hold, accountId, scope: isWhole ? `account:${accountId}` : hold.scope };
          }),
        ),
      );
      return all.flat();
    },
  };
}
