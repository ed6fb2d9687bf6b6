import { randomUUID } from 'node:crypto';
import {
  type AccountState,
  type AwsAccount,
  arnsOf,
  createSesProvider,
  partsOf,
  proveEvents,
  type SetupPlan,
} from '@postroom/provider-ses';
import type { Terminal } from '../terminal.ts';
import { showProof } from './show-ses.ts';

/** What is read, as workers are told, and for how long. */
export type ProveOptions = {
  readonly queueUrl: string;
  readonly allowedTopicArns: readonly string[];
  readonly waitSeconds: number;
  readonly account: AccountState;
};

/** Sends to SES's mailbox simulator and waits for the events on the queue; answers whether every one came. */
export async function prove(
  terminal: Terminal,
  { aws, plan }: { readonly aws: AwsAccount; readonly plan: SetupPlan },
  { queueUrl, allowedTopicArns, waitSeconds, account }: ProveOptions,
): Promise<boolean> {
  if (account.isStopped !== null) {
    terminal.line(`  Nothing can be proven: ${account.isStopped}.`);
    return false;
  }
  terminal.status(terminal.paint('dim', `  … mail to SES's simulator, at most ${waitSeconds} s`));
  const queue = aws.openQueue(queueUrl, arnsOf(plan).queue);
  try {
    const proof = await proveEvents({
      provider: createSesProvider(aws.sesClient),
      queue,
      allowedTopicArns,
      from: `postroom-check@${plan.domain}`,
      configurationSet: partsOf(plan).configurationSet,
      waitMs: waitSeconds * 1_000,
      newId: randomUUID,
      clock: () => performance.now(),
    });
    terminal.status(null);
    return showProof(terminal, proof);
  } finally {
    queue.close();
  }
}
