import { silenceMs } from '../connection/asking.ts';
import { askAfresh } from '../connection/redis.ts';
import { accountsKey, holdsKey, prefixOfAccount, quotaKey, turnKey } from './names.ts';

/**
 * Takes an account that is removed from the list of those that there may be mail of, with its holds and what SES said of its
 * quota. Rejects while Redis is away or does not answer; told again it does what is left to do.
 */
export const forgetAccount = (
  { url, prefix }: { readonly url: string; readonly prefix: string },
  accountId: string,
): Promise<void> =>
  askAfresh(
    url,
    async (redis) => {
      const own = prefixOfAccount(prefix, accountId);
      await redis.srem(accountsKey(prefix), accountId);
      await redis.del(holdsKey(own), quotaKey(own), turnKey(quotaKey(own)));
    },
    silenceMs.answer,
  );
