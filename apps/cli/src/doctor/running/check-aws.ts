import {
  type AwsAccount,
  AwsCallError,
  getAccountState,
  getQueueDepth,
  sesEndpointOf,
} from '@postroom/provider-ses';
import { awsProblem } from '../../ses/aws-problem.ts';
import { typed } from '../../stack/checkout.ts';
import { type Finding, fine, missing, missingByHand, unknown } from '../finding.ts';

/** AWS refuses what is signed by a clock that is off by five minutes; long before that something is wrong with it. */
const clockMs = 60_000;

/** From this part of the day's quota on, it may not last. */
const quotaShare = 0.8;

const answerMs = 10_000;

type Region = { readonly AWS_REGION: string; readonly AWS_ENDPOINT_URL_SESV2?: string | undefined };

/** How far this machine's clock is from AWS's, which each of its answers tells. */
export async function checkClock({ AWS_REGION, AWS_ENDPOINT_URL_SESV2 }: Region): Promise<Finding> {
  const url = AWS_ENDPOINT_URL_SESV2 ?? sesEndpointOf(AWS_REGION);
  const sentAt = Date.now();
  const date = await fetch(url, { method: 'HEAD', signal: AbortSignal.timeout(answerMs) }).then(
    ({ headers }) => headers.get('date'),
    () => null,
  );
  const theirs = Date.parse(date ?? '');
  if (Number.isNaN(theirs)) {
    return missing(`${url} does not answer, so that no mail can go out.`, `curl --head ${url}`);
  }
  // The header has whole seconds, and was written between the two moments.
  const offMs = Math.max(sentAt - 1_000 - theirs, theirs - Date.now(), 0);
  if (offMs <= clockMs) return fine("within a minute of AWS's");
  return missing(
    `The clock is ${Math.round(offMs / 1_000)} s off AWS's, which refuses what is signed more than 300 s off.`,
    'sudo timedatectl set-ntp true',
  );
}

/** What of a failed call a person can do something about, as a finding. */
function refused(error: unknown, region: string): Finding {
  const problem = awsProblem(error, { region });
  if (!(error instanceof AwsCallError) || !(problem instanceof Error)) throw error;
  return missing(problem.message.replaceAll('\n', ' '), 'aws sts get-caller-identity');
}

/** Whether SES takes mail of the account, from anybody to everybody, and how much more today. */
export async function checkAccount(aws: AwsAccount): Promise<Finding> {
  let account: Awaited<ReturnType<typeof getAccountState>>;
  try {
    account = await getAccountState(aws);
  } catch (error) {
    return refused(error, aws.region);
  }
  const { isStopped, isSandbox, perDay, sentLastDay } = account;
  const console = `at https://console.aws.amazon.com/ses/home?region=${aws.region}`;
  if (isStopped !== null) {
    return missingByHand(`SES takes no mail of this account: ${isStopped}.`, `see why ${console}`);
  }
  const share = perDay > 0 ? sentLastDay / perDay : 0;
  const use = `${sentLastDay} of ${perDay < 0 ? 'any number of' : perDay} recipients in 24 hours`;
  if (share >= quotaShare) {
    return missingByHand(`The quota is nearly used up: ${use}.`, `ask for more quota ${console}`);
  }
  if (isSandbox) {
    return missingByHand(
      'The account is in the sandbox: SES delivers to verified addresses alone.',
      `ask for production access ${console}`,
    );
  }
  return fine(use);
}

/** Whether events pile up where no worker takes them, or were given up. */
export async function checkDeadLetters(aws: AwsAccount, queueUrl: string | undefined): Promise<Finding> {
  if (queueUrl === undefined) return fine('events are posted to the API: there is no queue');
  try {
    const { waiting, deadLetters } = await getQueueDepth(aws, queueUrl);
    if (deadLetters === null) {
      return missing(
        'The queue of SES_EVENTS_QUEUE_URL has no dead-letter queue: an event that cannot be read comes for ever.',
        typed('ses', 'setup --domain example.com'),
      );
    }
    if (deadLetters.count > 0) {
      return missing(
        `${deadLetters.count} events were given up: they are in ${deadLetters.arn}.`,
        `aws sqs start-message-move-task --source-arn ${deadLetters.arn}`,
      );
    }
    if (waiting > manyWaiting) {
      return missing(
        `${waiting} events wait in the queue: the workers do not take them, or not fast enough.`,
        typed('status'),
      );
    }
    return fine(`none; ${waiting} events wait`);
  } catch (error) {
    if (error instanceof AwsCallError && error.kind === 'denied') {
      return unknown(
        `these credentials may not look: the right ${error.call.action} on ${error.call.resource} is for that`,
      );
    }
    return refused(error, aws.region);
  }
}

const manyWaiting = 10_000;
