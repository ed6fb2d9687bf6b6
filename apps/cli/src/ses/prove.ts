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
import { checkWords } from './check-words.ts';
import { openRecords } from './open-records.ts';
import type { RecordsSetting, SesSurroundings } from './ses-surroundings.ts';
import { showProof, type Verdict } from './show-ses.ts';

/** What is read, as workers are told, and for how long. */
export type ProveOptions = {
  readonly queueUrl: string;
  readonly allowedTopicArns: readonly string[];
  readonly waitSeconds: number;
  readonly account: AccountState;
  readonly records: RecordsSetting;
};

/**
 * How long the events of other mail are hidden from workers, in seconds: a send that is in doubt waits for its own. A long
 * proof hides them longer, or would receive them so often that the queue gives them up.
 */
const hiddenFor = (waitSeconds: number) => Math.max(5, Math.ceil(waitSeconds / 24));

/** Sends to SES's mailbox simulator and waits for the events on the queue, and among what running workers recorded. */
export async function prove(
  { terminal, env }: Pick<SesSurroundings, 'terminal' | 'env'>,
  { aws, plan }: { readonly aws: AwsAccount; readonly plan: SetupPlan },
  { queueUrl, allowedTopicArns, waitSeconds, account, records: setting }: ProveOptions,
): Promise<Verdict> {
  if (account.isStopped !== null) {
    terminal.line(`  Nothing can be proven: ${account.isStopped}.`);
    return 'refuted';
  }
  const records = await openRecords(terminal, { setting, env });
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
    return showProof(terminal, proof, { areRecordsSeen: records !== null, check: checkWords(plan) });
  } finally {
    queue.close();
    await records?.close();
  }
}
