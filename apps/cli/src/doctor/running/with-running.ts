import {
  type Database,
  openDatabase,
  type SesAccount,
  SesAccountStore,
  UnfitDatabaseError,
} from '@postroom/db';
import { apiVariables, ConfigError, isSesReal, parseEnv, workerVariables } from '@postroom/process';
import { openAwsAccount } from '@postroom/provider-ses';
import { openSendQueue } from '@postroom/redis';
import { type SesSurroundings, withAccount } from '../../ses/ses-surroundings.ts';
import { poolerOf } from '../../stack/given-servers.ts';
import { type Check, type Finding, fine, missingByHand, unknown } from '../finding.ts';
import { checkPostgres, checkRedis } from '../servers.ts';
import { checkAccount, checkClock, checkDeadLetters } from './check-aws.ts';
import { checkEvents, checkHolds, checkSenders, checkWorkers } from './check-mail.ts';
import { checkPublicUrl } from './check-public-url.ts';

/** What the looks stand on: the environment of the processes, and credentials other than the usual AWS chain. */
type Surroundings = Pick<SesSurroundings, 'env' | 'credentials'>;

/** The settings of the API and the worker together; both read them from one environment. */
const variables = { ...apiVariables, ...workerVariables };

function checkSettings(env: NodeJS.ProcessEnv): Check {
  return [
    'Settings',
    async () => {
      try {
        parseEnv(variables, env);
        return fine('each of them can be used');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        return missingByHand(
          error.message.replaceAll('\n', ' '),
          'set what is named to something that can be used',
        );
      }
    },
  ];
}

/** Looks at an account beside that of the environment, with the credentials that workers have for it. */
const checkOther = (
  { name, region, profile, endpoint }: SesAccount,
  credentials: Surroundings['credentials'],
): Check => [
  `SES account ${name}`,
  async () => {
    const whose = profile === null ? { credentials } : { profile };
    const aws = openAwsAccount({ region, endpoints: { sesv2: endpoint }, ...whose });
    try {
      return await checkAccount(aws);
    } finally {
      aws.close();
    }
  },
];

/** The database of the settings; null: its URL cannot be used, which the look at PostgreSQL says. */
function openNamed(url: string, env: NodeJS.ProcessEnv): Database | null {
  try {
    return openDatabase({ url, maxConnections: 1, pooler: poolerOf(env) });
  } catch (error) {
    if (error instanceof UnfitDatabaseError) return null;
    throw error;
  }
}

/** Opens what an installation runs on, for as long as `use` looks at it. What only bad settings hide is not looked at. */
export async function withRunning<T>(
  { env, credentials }: Surroundings,
  use: (checks: readonly Check[]) => Promise<T>,
): Promise<T> {
  const settings = checkSettings(env);
  const [, look] = settings;
  if ((await look()).kind !== 'fine') {
    return use([settings, ['All else', async () => unknown('looked at once the settings can be used')]]);
  }
  const config = parseEnv(variables, env);
  const database = openNamed(config.DATABASE_URL, env);
  const stored = (look: (of: Database) => Promise<Finding>) => async () =>
    database === null ? unknown('PostgreSQL, which knows it, cannot be used') : look(database);
  const redis = await checkRedis(env);
  const asked = { url: config.REDIS_URL, prefix: config.QUEUE_PREFIX };
  const queue = redis.kind === 'fine' ? openSendQueue({ ...asked, onError: () => undefined }) : null;
  // Where PostgreSQL is away its own look says so.
  const others = database === null ? [] : await new SesAccountStore(database.prisma).list().catch(() => []);
  const places = { publicUrl: config.PUBLIC_URL, isReal: isSesReal(config.AWS_ENDPOINT_URL_SESV2) };
  const terminal = { isInteractive: false, line: noWord, error: noWord, status: noWord, paint: asItIs };
  try {
    return await withAccount({ env, credentials, terminal }, config.AWS_REGION, (aws) =>
      use([
        settings,
        ['PostgreSQL', () => checkPostgres(env)],
        ['Redis', async () => redis],
        ['Workers', stored((of) => checkWorkers(of, queue, config.QUEUE_PREFIX))],
        ['Clock', () => checkClock(config)],
        ['SES account', () => checkAccount(aws)],
        ...others.map((account) => checkOther(account, credentials)),
        ['Holds', stored((of) => checkHolds(of, queue, config.QUEUE_PREFIX))],
        ['Events', stored((of) => checkEvents(of, config))],
        ['Dead letters', () => checkDeadLetters(aws, config.SES_EVENTS_QUEUE_URL)],
        ['Senders', stored((of) => checkSenders(of, config.PUBLIC_URL))],
        ['PUBLIC_URL', () => checkPublicUrl(places)],
      ]),
    );
  } finally {
    await queue?.close();
    await database?.close();
  }
}

const noWord = () => undefined;
const asItIs = (_style: string, text: string) => text;
