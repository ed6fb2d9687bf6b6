import { SesAccountStore } from '@postroom/db';
import { keepOnRoll } from '@postroom/process';
import { createWorkerRoll } from '@postroom/redis';
import type { Base } from '../base.ts';
import { ownAccount } from './account.ts';
import { sendThroughEach } from './each-account.ts';
import { type Sending, sendThrough } from './send-through.ts';

/** Sends through the account of the environment, and through the others as they are found in the database. */
export async function sendThroughAll(base: Base): Promise<{ readonly stuck: Promise<'stuck'> }> {
  const { config, database, queue, logger, errors, closeStack } = base;
  const accounts = new SesAccountStore(database.prisma);
  const own = await sendThrough(base, ownAccount(config));
  let stop = () => own.stop();
  // Before any mail is taken: a process that was told to stop meanwhile goes no further.
  closeStack.defer('sending', () => stop());
  const all: Sending[] = [own];
  const others: { readonly name: string; readonly account: Sending['account'] }[] = [];
  const stuck = new Promise<'stuck'>((resolve) => {
    void own.stuck.then(resolve);
    const each = sendThroughEach(own, {
      list: () => accounts.list(),
      open: (account) => sendThrough(base, account),
      onStarted: (sending, { name, region }) => {
        all.push(sending);
        others.push({ name, account: sending.account });
        void sending.stuck.then(resolve);
        logger.info({ event: 'account_opened', account: name, region });
      },
      errors,
    });
    stop = () => each.stop();
  });
  const sum = (read: (sending: Sending) => number) => all.reduce((total, one) => total + read(one), 0);
  const roll = keepOnRoll(
    createWorkerRoll({ redis: queue.redis, prefix: config.QUEUE_PREFIX }),
    errors,
    () => ({
      concurrency: sum(({ concurrency }) => concurrency()),
      sent: sum(({ sent }) => sent()),
      account: own.account.known(),
      accounts: others.map(({ name, account }) => ({ name, ...account.known() })),
    }),
  );
  closeStack.defer('roll', () => roll.stop());
  return { stuck };
}
