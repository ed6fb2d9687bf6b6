import { getAccountState, getDomainState, type SetupPlan } from '@postroom/provider-ses';
import { Problem } from '../problem.ts';
import { typed } from '../stack/checkout.ts';
import type { Terminal } from '../terminal.ts';
import { awsProblem } from './aws-problem.ts';
import { prove } from './prove.ts';
import type { CheckOptions } from './ses-options.ts';
import {
  type RecordsSetting,
  readEnvFile,
  recordsSettingOf,
  type SesSurroundings,
  settingOf,
  withAccount,
} from './ses-surroundings.ts';
import { showAccount, showRecords, type Verdict, verdictCodes } from './show-ses.ts';

/** What API and workers are told, as far as events go. */
type Settings = {
  readonly region: string;
  readonly queueUrl: string;
  readonly topicArns: readonly string[];
  readonly records: RecordsSetting;
};

/** What is said of each verdict. */
const words: Readonly<Record<Verdict, string>> = {
  proven: '  Events arrive.',
  refuted: '  Events do not arrive as they should.',
  'not known': '  Whether events arrive is not known from here.',
};

/**
 * `postroom ses check`: proves with the settings of the processes that events arrive, and with their rights alone: it asks
 * for nothing that their policy does not allow. Processes may run meanwhile.
 */
export async function checkSes(options: CheckOptions, surroundings: SesSurroundings): Promise<number> {
  const settings = readSettings(options, surroundings);
  const { terminal } = surroundings;
  const { region, queueUrl, topicArns: allowedTopicArns, records } = settings;
  warnOfOtherRegions(terminal, settings);
  return withAccount(surroundings, region, async (aws) => {
    try {
      const plan = planOf(options, settings);
      const account = await getAccountState(aws);
      showAccount(terminal, account);
      const domain = await getDomainState(aws, plan);
      if (domain === null) {
        throw new Problem(
          `SES knows no domain ${plan.domain} in ${region}: it may be set up in another region or account.\nRun: ${typed('ses', `setup --domain ${plan.domain}`)}`,
        );
      }
      if (domain.status !== 'verified') {
        showRecords(terminal, plan.domain, domain.records);
        throw new Problem(
          `SES has not verified ${plan.domain} yet (${domain.status}), so that no mail can go out: publish the records.`,
        );
      }
      const { waitSeconds } = options;
      const verdict = await prove(
        surroundings,
        { aws, plan },
        { queueUrl, allowedTopicArns, waitSeconds, account, records },
      );
      terminal.line();
      terminal.line(words[verdict]);
      return verdictCodes[verdict];
    } catch (error) {
      terminal.status(null);
      throw awsProblem(error, { region });
    }
  });
}

function readSettings({ region, envFile, domain }: CheckOptions, { env }: SesSurroundings): Settings {
  const text = readEnvFile(envFile);
  const setting = (name: string) => settingOf(env, text, name);
  const queueUrl = setting('SES_EVENTS_QUEUE_URL');
  if (queueUrl === undefined) {
    throw new Problem(
      `SES_EVENTS_QUEUE_URL is set neither in the environment nor in ${envFile}, so that there is no queue to look at.\nRun: ${typed('ses', `setup --domain ${domain}`)}`,
    );
  }
  if (!URL.canParse(queueUrl)) throw new Problem(`SES_EVENTS_QUEUE_URL is no URL: "${queueUrl}".`);
  const topics = (setting('SNS_TOPIC_ARNS') ?? '').split(',').map((topic) => topic.trim());
  return {
    region: region ?? setting('AWS_REGION') ?? 'us-east-1',
    queueUrl,
    topicArns: topics.filter((topic) => topic !== ''),
    records: recordsSettingOf(env, text),
  };
}

/** The account stands in the queue's URL, so that nobody has to be asked for it. */
function planOf({ domain, name }: CheckOptions, { region, queueUrl }: Settings): SetupPlan {
  const [, account = ''] = new URL(queueUrl).pathname.split('/');
  return { account, partition: 'aws', region, domain, name, mailFrom: null, attachTo: null };
}

function warnOfOtherRegions(terminal: Terminal, { region, topicArns }: Settings): void {
  const regions = topicArns.map((arn) => arn.split(':')[3] ?? '');
  if (regions.length === 0 || regions.includes(region)) return;
  terminal.line(
    `  ${terminal.paint('yellow', '!')} AWS_REGION is ${region}, and the topics of SNS_TOPIC_ARNS are in ${regions.join(', ')}: SES publishes to topics of its own region alone.`,
  );
}
