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
import { openRecords } from './open-records.ts';
import type { SesSurroundings } from './ses-surroundings.ts';
import { showProof } from './show-ses.ts';

/** What is read, as workers are told, and for how long. */
export type ProveOptions = {
  readonly queueUrl: string;
  readonly allowedTopicArns: readonly string[];
  readonly waitSeconds: number;
  readonly account: AccountState;
  /** Where running processes record events; undefined: nowhere that is known here. */
  readonly databaseUrl: string | undefined;
};

/**
 * How long the events of other mail are hidden from workers, in seconds: a send that is in doubt waits for its own. A long
 * proof hides them longer, or would receive them so often that the queue gives them up.
 */
const hiddenFor = (waitSeconds: number) => Math.max(5, Math.ceil(waitSeconds / 24));

/** Sends to SES's mailbox simulator and waits for the events on the queue; answers whether every one came. */
export async function prove(
  { terminal, env }: Pick<SesSurroundings, 'terminal' | 'env'>,
  { aws, plan }: { readonly aws: AwsAccount; readonly plan: SetupPlan },
  { queueUrl, allowedTopicArns, waitSeconds, account, databaseUrl }: ProveOptions,
): Promise<boolean> {
  if (account.isStopped !== null) {
    terminal.line(`  Nothing can be proven: ${account.isStopped}.`);
    return false;
  }
  const records = await openRecords(terminal, { databaseUrl, env });
  terminal.status(terminal.paint('dim', `  … mail to SES's simulator, at most ${waitSeconds} s`));
  const queue = aws.openQueue(queueUrl, arnsOf(plan).queue, hiddenFor(waitSeconds));
  try {
    const proof = await proveEvents({
      provider: createSesProvider(aws.sesClient),
      queue,
      takeRecorded: records?.take ?? null,
      allowedTopicArns,
      from: `postroom-check@${plan.domain}`,
      configurationSet: partsOf(plan).configurationSet,
      waitMs: waitSeconds * 1_000,
      newId: randomUUID,
      clock: () => performance.now(),
    });
    terminal.status(null);
    return showProof(terminal, proof, records !== null);
  } finally {
    queue.close();
    await records?.close();
  }
}
