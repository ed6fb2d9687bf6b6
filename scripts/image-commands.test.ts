import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { databaseUrlOf, type FakeSes, freePort, startFakeSes } from '../packages/servers/src/index.ts';
import {
  build,
  createApiClient,
  eventually,
  idOf,
  redisPrefix,
  runSql,
  testDatabaseServerUrl,
  testRedisUrl,
} from '../packages/testkit/src/index.ts';
import { readCompose, serviceOf } from './compose-file.ts';
import { layOutImage } from './image-tree.ts';
import { textOf } from './pages.ts';

type Env = Readonly<Record<string, string>>;

/** A command of the image, running in what the image would hold. */
type Running = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exited: Promise<number | null>;
};

const dir = mkdtempSync(join(tmpdir(), 'postroom-image-'));
const databaseName = `image_${randomBytes(6).toString('hex')}`;
const key = `sk_live_${'i'.repeat(32)}`;
const running: Running[] = [];
let ses: FakeSes;
let env: Env;
let ports: { readonly api: number; readonly worker: number };

function run(args: readonly string[], extra: Env = {}): Running {
  const child = spawn(process.execPath, [...args], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...env, ...extra },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  const exited = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  const started = { child, output: () => output, exited };
  running.push(started);
  return started;
}

/** The arguments of a service of docker-compose.yml after `node`. */
const commandOf = (name: string) => serviceOf(name).command?.slice(1) ?? [];

/** The health check of a service, asking another port. */
function healthCheckOf(name: string, port: number): readonly string[] {
  const { healthcheck } = serviceOf(name);
  if (!('test' in healthcheck)) throw new Error(`${name} has no health check`);
  return healthcheck.test.slice(2).map((word) => word.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`));
}

/** The health check that the image itself has; it asks the port that the environment names. */
function imageHealthCheck(): readonly string[] {
  const [, command = '[]'] = /^HEALTHCHECK [\s\S]*?CMD (\[.*\])$/m.exec(textOf('Dockerfile')) ?? [];
  const words: readonly string[] = JSON.parse(command);
  return words.slice(1);
}

const isHealthy = async (name: string, port: number) => (await run(healthCheckOf(name, port)).exited) === 0;

async function stop({ child, exited }: Running): Promise<number | null> {
  child.kill('SIGTERM');
  return exited;
}

beforeAll(async () => {
  await build();
  layOutImage(dir);
  await runSql(testDatabaseServerUrl(), `CREATE DATABASE ${databaseName}`);
  ses = await startFakeSes({ account: { maxSendRate: 500 } });
  ports = { api: await freePort(), worker: await freePort() };
  env = {
    DATABASE_URL: databaseUrlOf(testDatabaseServerUrl(), databaseName),
    REDIS_URL: testRedisUrl(),
    QUEUE_PREFIX: redisPrefix(),
    AWS_ENDPOINT_URL_SESV2: ses.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    SENDER_VERIFICATION: 'trust',
    BOOTSTRAP_API_KEY: key,
  };
});

afterAll(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await ses.stop();
  await runSql(testDatabaseServerUrl(), `DROP DATABASE IF EXISTS ${databaseName} WITH (FORCE)`);
  rmSync(dir, { recursive: true, force: true });
});

describe('what the image holds', () => {
  test('every command of docker-compose.yml is there', () => {
    for (const { image, command } of Object.values(readCompose().services)) {
      if (image === 'postroom') expect(existsSync(join(dir, command?.[1] ?? ''))).toBe(true);
    }
  });

  test('has no Prisma CLI, no compiler and no test runner', () => {
    for (const name of ['prisma', '@prisma/engines', 'typescript', 'tsx', 'jest', 'turbo']) {
      expect(existsSync(join(dir, 'node_modules', name))).toBe(false);
    }
  });

  test('has nothing of the test kit, nor of what measures, breaks and calls Postroom from outside', () => {
    for (const name of ['testkit', 'bench', 'faults', 'client']) {
      expect(existsSync(join(dir, 'node_modules/@postroom', name))).toBe(false);
      for (const folder of ['apps', 'packages']) expect(existsSync(join(dir, folder, name))).toBe(false);
    }
  });

  test('migrate brings an empty database up to date, and a second time finds nothing to do', async () => {
    const first = run(commandOf('migrate'));
    expect({ code: await first.exited, output: first.output() }).toMatchObject({ code: 0 });
    expect(first.output()).toMatch(/^Applied \d+_/m);
    const second = run(commandOf('migrate'));
    expect(await second.exited).toBe(0);
    expect(second.output()).toMatch(/^Nothing to apply/m);
  });

  test('api and worker send a mail, are healthy, and end with code 0 at SIGTERM', async () => {
    const api = run(commandOf('api'), { HOST: '127.0.0.1', PORT: String(ports.api) });
    const worker = run(commandOf('worker'), { WORKER_HOST: '127.0.0.1', WORKER_PORT: String(ports.worker) });
    const outputs = () => `${api.output()}${worker.output()}`;
    const isUp = async () => (await isHealthy('api', ports.api)) && (await isHealthy('worker', ports.worker));
    await eventually(isUp, { what: `both to be healthy: ${outputs()}` });
    const nowhere = String(await freePort());
    const unlike = { PORT: nowhere, WORKER_PORT: nowhere, SMTP_METRICS_PORT: nowhere };
    for (const variable of [{ PORT: String(ports.api) }, { WORKER_PORT: String(ports.worker) }]) {
      expect(await run(imageHealthCheck(), { ...unlike, ...variable }).exited).toBe(0);
    }
    expect(await run(imageHealthCheck(), unlike).exited).toBe(1);
    const client = createApiClient(`http://127.0.0.1:${ports.api}`, key);
    const sender = { name: 'Acme', fromEmail: 'hello@acme.test' };
    const senderProfileId = idOf(await client.post('/sender-profiles', sender));
    const template = { name: 'Hi', subject: 'Hi {{name}}', html: '<p>Hi {{name}}</p>', senderProfileId };
    const templateId = idOf(await client.post('/templates', template));
    const item = {
      idempotencyKey: 'image-1',
      templateId,
      to: { email: 'ada@example.com' },
      data: { name: 'Ada' },
    };
    const answer = await client.post('/emails/batch', { items: [item] });
    expect(answer).toMatchObject({ status: 200, body: { accepted: 1 } });
    await eventually(async () => ses.ledger.summary().accepted === 1, {
      what: 'the mail to be sent',
    });
    // Bull Board's own files are none of ours: they are found in its package.
    const signedIn = await fetch(`http://127.0.0.1:${ports.api}/dashboard/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-postroom-dashboard': '1' },
      body: JSON.stringify({ key }),
    });
    const headers = { cookie: (signedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
    const queues = `http://127.0.0.1:${ports.api}/queues/`;
    const [, script = ''] =
      /src="(static\/[^"]+)"/.exec(await (await fetch(queues, { headers })).text()) ?? [];
    const { status, headers: told } = await fetch(`${queues}${script}`, { headers });
    expect([script, status, told.get('content-type')]).toEqual([
      expect.stringMatching(/\.js$/),
      200,
      expect.stringMatching(/javascript/),
    ]);
    expect(await Promise.all([stop(api), stop(worker)])).toEqual([0, 0]);
  });

  test('the local SES answers its health check and ends with code 0 at SIGTERM', async () => {
    const port = await freePort();
    const certificateFile = join(dir, 'sns.pem');
    const args = commandOf('local-ses').map((word) => {
      if (word.startsWith('--port=')) return `--port=${port}`;
      if (word.startsWith('--certificate-file=')) return `--certificate-file=${certificateFile}`;
      return word;
    });
    const local = run(args);
    await eventually(() => isHealthy('local-ses', port), { what: 'the local SES' });
    expect(existsSync(certificateFile)).toBe(true);
    expect(await stop(local)).toBe(0);
  });
});
