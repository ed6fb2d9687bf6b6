import { realpathSync, statSync } from 'node:fs';
import {
  type AccountState,
  type AwsAccount,
  arnsOf,
  type Found,
  getAccountState,
  getDomainState,
  partitionOf,
  partsOf,
  queueUrlOf,
  runningPolicy,
  type SetupPlan,
  type SetupStep,
  setupSteps,
} from '@postroom/provider-ses';
import { Problem, reasonOf } from '../problem.ts';
import { typed } from '../stack/checkout.ts';
import { writeAtomically } from '../stack/write-atomically.ts';
import type { Terminal } from '../terminal.ts';
import { awsProblem } from './aws-problem.ts';
import { checkWords } from './check-words.ts';
import { type EnvChange, mergeEnv, valueInEnv, type WantedVariable } from './env-file.ts';
import { printCommands } from './print-commands.ts';
import { prove } from './prove.ts';
import type { SetupOptions } from './ses-options.ts';
import {
  readEnvFile,
  recordsSettingOf,
  type SesSurroundings,
  settingOf,
  withAccount,
} from './ses-surroundings.ts';
import {
  policyText,
  showAccount,
  showEnv,
  showFound,
  showMade,
  showRecords,
  type Verdict,
  verdictCodes,
} from './show-ses.ts';

/** A set-up while it runs: `made` is what has been made so far, for whoever it ends for early. */
type Run = {
  readonly aws: AwsAccount;
  readonly plan: SetupPlan;
  readonly options: SetupOptions;
  readonly terminal: Terminal;
  readonly env: NodeJS.ProcessEnv;
  readonly made: SetupStep[];
};

/** `postroom ses setup`: makes what is missing at AWS, writes the settings down, and proves that events arrive. */
export async function setUpSes(options: SetupOptions, surroundings: SesSurroundings): Promise<number> {
  const region = regionOf(options, surroundings);
  const { terminal, env } = surroundings;
  const made: SetupStep[] = [];
  return withAccount(surroundings, region, async (aws) => {
    try {
      const plan = await planOf(aws, options, terminal);
      const run = { aws, plan, options, terminal, env, made };
      if (options.mode === 'print') return printCommands(run);
      return await runSetup(run);
    } catch (error) {
      terminal.status(null);
      const names = made.map(({ title, name }) => `${title} ${name}`).join(', ');
      const more = names === '' ? 'Nothing was made.' : `Made so far, and found again next time: ${names}.`;
      throw awsProblem(error, { region, more });
    }
  });
}

function regionOf({ region, envFile }: SetupOptions, { env }: SesSurroundings): string {
  const text = readEnvFile(envFile);
  const inFile = valueInEnv(text, 'AWS_REGION');
  const found = region ?? settingOf(env, text, 'AWS_REGION');
  if (found === undefined) {
    throw new Problem(
      'Which region? Name one with --region, such as --region eu-central-1, or in AWS_REGION.',
    );
  }
  if (inFile === null || inFile === found) return found;
  throw new Problem(
    `${envFile} says AWS_REGION=${inFile}, and this would set up ${found}: API and workers would look elsewhere. Nothing was made.\nChange the line, or run with --region ${inFile}.`,
  );
}

async function planOf(aws: AwsAccount, options: SetupOptions, terminal: Terminal): Promise<SetupPlan> {
  const { domain, name, mailFrom, attachTo } = options;
  const shared = { region: aws.region, domain, name, mailFrom, attachTo };
  const isPrinting = options.mode === 'print';
  if (isPrinting && options.account !== undefined)
    return { ...shared, account: options.account, partition: partitionOf(aws.region).name };
  const { account, partition, arn } = await aws.caller();
  if (!isPrinting) terminal.line(`  Account ${account} in ${aws.region}, as ${arn}`);
  return { ...shared, account, partition };
}

async function runSetup(run: Run): Promise<number> {
  const { aws, plan, options, terminal } = run;
  const isDry = options.mode === 'dry run';
  const account = await getAccountState(aws);
  showAccount(terminal, account);
  const looked = await lookAtAll(run);
  if (looked.some(({ found }) => found.kind === 'differs')) {
    terminal.line();
    terminal.line(
      '  What differs is left as it is, and nothing was made: change it, or take other names with --name.',
    );
    return 1;
  }
  for (const { step, found } of looked) {
    if (found.kind !== 'missing') continue;
    if (!isDry) await make(run, step);
    showMade(terminal, step, isDry ? 'would be made' : 'made');
  }
  const domain = await getDomainState(aws, plan);
  if (domain === null) terminal.line('\n  The DNS records are known once the domain is made.');
  else showRecords(terminal, plan.domain, domain.records);
  showPolicy(run);
  const changes = await writeEnv(run);
  if (isDry) return 0;
  const isWritten = changes.every(({ kind }) => kind !== 'conflict');
  const outcome = await proveIt(run, { account, isVerified: domain?.status === 'verified' });
  if (!isWritten) return 1;
  return outcome === 'not verified yet' ? 0 : verdictCodes[outcome];
}

async function lookAtAll({
  aws,
  plan,
  terminal,
}: Run): Promise<readonly { step: SetupStep; found: Found }[]> {
  const looked: { step: SetupStep; found: Found }[] = [];
  for (const step of setupSteps(aws, plan)) {
    terminal.status(terminal.paint('dim', `  … ${step.title}`));
    const found = await step.look();
    terminal.status(null);
    showFound(terminal, step, found);
    looked.push({ step, found });
  }
  return looked;
}

async function make({ terminal, made }: Run, step: SetupStep): Promise<void> {
  terminal.status(terminal.paint('dim', `  … ${step.title}`));
  await step.make();
  terminal.status(null);
  made.push(step);
}

function showPolicy({ plan, terminal }: Run): void {
  if (plan.attachTo !== null) return;
  terminal.line();
  terminal.line(
    '  The rights that API and workers need, for their IAM user or role (--attach-to user/NAME puts it there):',
  );
  terminal.line();
  terminal.line(policyText(runningPolicy(plan)).replaceAll(/^/gm, '    '));
}

async function writeEnv({ aws, plan, options, terminal }: Run): Promise<readonly EnvChange[]> {
  const isDry = options.mode === 'dry run';
  const { queue, topic } = arnsOf(plan);
  const queueUrl = await queueUrlOf(aws, partsOf(plan).queue, queue);
  const wanted: readonly WantedVariable[] = [
    { name: 'AWS_REGION', value: plan.region },
    { name: 'SES_EVENTS_QUEUE_URL', value: queueUrl ?? '<the URL of the queue>' },
    { name: 'SNS_TOPIC_ARNS', value: topic, isList: true },
  ];
  const { text, changes } = mergeEnv(readEnvFile(options.envFile), wanted);
  const written = changes.filter(({ kind }) => kind === 'written');
  const lines = written.map(({ name, value }) => `${name}=${value}`);
  if (!isDry && written.length > 0) write(options.envFile, text, lines);
  showEnv(terminal, options.envFile, changes, isDry);
  return changes;
}

/** Puts the text there; of what it should hold an error tells `lines` alone, since others may hold passwords. A file that is there keeps its mode and its owner, and a link leads where it led; a new one is for its owner alone. */
function write(path: string, text: string, lines: readonly string[]): void {
  try {
    const isThere = statSync(path, { throwIfNoEntry: false });
    if (isThere === undefined) writeAtomically(path, text, 0o600);
    else writeAtomically(realpathSync(path), text, isThere.mode & 0o777, isThere);
  } catch (error) {
    throw new Problem(`${path} cannot be written: ${reasonOf(error)}\nIt should hold:\n${lines.join('\n')}`, {
      cause: error,
    });
  }
}

async function proveIt(
  { aws, plan, options, terminal, env }: Run,
  { account, isVerified }: { readonly account: AccountState; readonly isVerified: boolean },
): Promise<Verdict | 'not verified yet'> {
  const check = terminal.paint('bold', typed('ses', checkWords(plan)));
  terminal.line();
  if (!isVerified) {
    terminal.line(
      `  SES has not verified ${plan.domain} yet, so that no mail can go out. Publish the records above; once they are found,`,
    );
    terminal.line(`  prove that events arrive: ${check}`);
    return 'not verified yet';
  }
  const { queue, topic } = arnsOf(plan);
  const queueUrl = await queueUrlOf(aws, partsOf(plan).queue, queue);
  if (queueUrl === null) throw new Problem(`The queue ${queue} is gone again.`);
  const { waitSeconds, envFile } = options;
  const records = recordsSettingOf(env, readEnvFile(envFile));
  const verdict = await prove(
    { terminal, env },
    { aws, plan },
    { queueUrl, allowedTopicArns: [topic], waitSeconds, account, records },
  );
  const words: Readonly<Record<Verdict, string>> = {
    proven: `Events arrive. Name the configuration set in sender profiles: "configurationSet": "${partsOf(plan).configurationSet}"`,
    refuted: `Events do not arrive as they should. To try again: ${check}`,
    'not known': `Whether events arrive is not known from here. To try again: ${check}`,
  };
  terminal.line();
  terminal.line(`  ${words[verdict]}`);
  return verdict;
}
