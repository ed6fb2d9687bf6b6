import { readArguments, readWholeNumber } from '../arguments.ts';
import type { Check } from '../doctor/finding.ts';
import { checkClient, checkNode, checkPackages } from '../doctor/installation.ts';
import { checkPostgres, checkRedis } from '../doctor/servers.ts';
import { checkHome, checkPort } from '../doctor/surroundings.ts';
import { tellFindings } from '../doctor/tell-findings.ts';
import type { SesSurroundings } from '../ses/ses-surroundings.ts';
import { typed } from '../stack/checkout.ts';
import { localCredentials, withLocalAws } from '../stack/environment.ts';
import { given } from '../stack/given.ts';
import { locateHome } from '../stack/home.ts';
import { localTopicArn } from '../stack/local-topic.ts';
import { readStackFile } from '../stack/stack-file.ts';
import type { Terminal } from '../terminal.ts';

/** The environment, and what it leaves out of the servers of the stack that is up here. */
function ofTheStackHere(env: NodeJS.ProcessEnv): Omit<SesSurroundings, 'terminal'> {
  const stack = readStackFile(locateHome(env));
  if (stack === null) return { env };
  const { databaseUrl, redisUrl, sesUrl, inboxUrl, apiUrl } = stack;
  const servers = {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    AWS_ENDPOINT_URL_SESV2: sesUrl,
    PUBLIC_URL: apiUrl,
  };
  const isOfTheStack =
    given(env, 'DATABASE_URL') === undefined && given(env, 'AWS_ENDPOINT_URL_SESV2') === undefined;
  if (inboxUrl === null || !isOfTheStack) return { env: { ...servers, ...env } };
  // Its events come from the local SES alone, and its processes have none of the real account's rights.
  return {
    env: { ...servers, SNS_TOPIC_ARNS: localTopicArn, ...withLocalAws(env) },
    credentials: localCredentials,
  };
}

/**
 * `postroom doctor`: looks at everything that a start needs here, or with `--running` at an installation that runs, with its
 * settings and rights; code 1 when something is missing.
 */
export async function doctor(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments({
    args: [...args],
    options: {
      port: { type: 'string' },
      running: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const telling = { terminal, isJson: values.json };
  if (values.running) {
    // Loaded late: the database's client may not be generated yet where only the machine is looked at.
    const { withRunning } = await import('../doctor/running/with-running.ts');
    return withRunning(ofTheStackHere(process.env), (checks) =>
      tellFindings(checks, { ...telling, otherwise: typed('status') }),
    );
  }
  const { PORT } = process.env;
  const bounds = { name: '--port', min: 1, max: 65_535, fallback: 3_001 };
  const port = readWholeNumber(values.port ?? PORT, bounds);
  const checks: readonly Check[] = [
    ['Node', checkNode],
    ['npm packages', checkPackages],
    ['Prisma client', checkClient],
    ['PostgreSQL', checkPostgres],
    ['Redis', checkRedis],
    ['Port', () => checkPort(port)],
    ['State folder', checkHome],
  ];
  return tellFindings(checks, { ...telling, otherwise: 'npm run setup' });
}
