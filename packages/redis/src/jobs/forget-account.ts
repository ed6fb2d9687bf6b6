import { silenceMs } from '../connection/asking.ts';
import { askAfresh } from '../connection/redis.ts';
import { accountsKey, holdsKey, prefixOfAccount } from './names.ts';

/**
 * Takes an account that is removed from the list of those that there may be mail of, with its holds. What SES said of its
 * quota goes by itself. Rejects while Redis is away or does not answer; told again it does what is left to do.
 */
export const forgetAccount = (
  { url, prefix }: { readonly url: string; readonly prefix: string },
  accountId: string,
): Promise<void> =>
  askAfresh(
    url,
    async (redis) => {
      await redis.srem(accountsKey(prefix), accountId);
      await redis.del(holdsKey(prefixOfAccount(prefix, accountId)));
    },
    silenceMs.answer,
  );
