import { SesAccountStore } from '@postroom/db';
import { createWorkerRoll } from '@postroom/redis';
import type { Base } from '../base.ts';
import { keepOnRoll } from '../roll.ts';
import { runRepeatedly } from '../run-repeatedly.ts';
import { ownAccount } from './account.ts';
import { type Sending, sendThrough } from './send-through.ts';

/** How soon mail of an account is sent that was made meanwhile, in milliseconds. */
const lookEveryMs = 5_000;
const longestPauseMs = 60_000;

/** Sends through the account of the environment, and through the others as they are found in the database. */
export async function sendThroughAll(base: Base): Promise<{ readonly stuck: Promise<'stuck'> }> {
  const { config, database, queue, logger, errors, closeStack } = base;
  const accounts = new SesAccountStore(database.prisma);
  const own = await sendThrough(base, ownAccount(config));
  const all: Sending[] = [own];
  const known = new Set<string>();
  const stuck = new Promise<'stuck'>((resolve) => {
    const watch = (sending: Sending) => void sending.stuck.then(resolve);
    watch(own);
    const looking = runRepeatedly(
      async () => {
        for (const account of await accounts.list()) {
          if (known.has(account.id)) continue;
          const sending = await sendThrough(base, account);
          known.add(account.id);
          all.push(sending);
          watch(sending);
          logger.info({ event: 'account_opened', account: account.name, region: account.region });
        }
        return { kind: 'idle' };
      },
      { intervalMs: lookEveryMs, longestPauseMs, failure: 'accounts_unread', errors },
    );
    closeStack.defer('accounts', () => looking.stop());
  });
  const sum = (read: (sending: Sending) => number) => all.reduce((total, one) => total + read(one), 0);
  const roll = keepOnRoll(
    createWorkerRoll({ redis: queue.redis, prefix: config.QUEUE_PREFIX }),
    errors,
    () => ({
      concurrency: sum(({ concurrency }) => concurrency()),
      sent: sum(({ sent }) => sent()),
      account: own.account.known(),
    }),
  );
  closeStack.defer('roll', () => roll.stop());
  return { stuck };
}
