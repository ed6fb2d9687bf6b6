import { chmod, chown, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type RunningServer, startPostgres, temporaryFolder } from '@postroom/servers';
import { eventually, runSql, serverCertificate, serverKey } from '@postroom/testkit';
import { openDatabase } from '../../src/index.ts';
import { otherAuthority } from './other-authority.ts';

let dir: string;
let server: RunningServer;
const dataDir = () => join(dir, 'postgres');
const file = (name: string) => join(dir, name);

beforeAll(async () => {
  dir = await temporaryFolder('tls');
  await chmod(dir, 0o755);
  await writeFile(file('authority.pem'), serverCertificate);
  await writeFile(file('other.pem'), otherAuthority);
  server = await startPostgres({ dataDir: dataDir(), durability: 'none' });
});

afterAll(async () => {
  await server?.stop();
  await rm(dir, { recursive: true, force: true });
});

/** Lets the server take TLS, and whom it lets in by which way. */
async function reconfigure(settings: {
  readonly ssl: 'on' | 'off';
  readonly lets: 'host' | 'hostssl' | 'hostnossl';
}) {
  const { uid, gid } = await stat(dataDir());
  for (const [name, text] of [
    ['server.crt', serverCertificate],
    ['server.key', serverKey],
  ] as const) {
    const path = join(dataDir(), name);
    await writeFile(path, text, { mode: 0o600 });
    await chown(path, uid, gid);
  }
  const hba = join(dataDir(), 'pg_hba.conf');
  const watcher = `host postgres watcher 127.0.0.1/32 trust\n`;
  await writeFile(hba, `${watcher}${settings.lets} all postgres 127.0.0.1/32 trust\n`);
  const watching = new URL(server.url);
  watching.username = 'watcher';
  await runSql(watching.href, `ALTER SYSTEM SET ssl = ${settings.ssl}`);
  await runSql(watching.href, 'SELECT pg_reload_conf()');
  const seen = settings.ssl === 'on' ? 'is' : 'is not';
  await eventually(
    async () => {
      const probe = new URL(watching);
      probe.search = `?sslmode=require`;
      const database = openDatabase({ url: probe.href, maxConnections: 1 });
      const isEncrypted = (await database.trouble()) === null;
      await database.close();
      return isEncrypted === (settings.ssl === 'on');
    },
    { what: `A server that ${seen} encrypted` },
  );
}

/** Whether the connection was encrypted, or why there was none. */
async function reach(parameters: string, host = '127.0.0.1'): Promise<string> {
  const url = new URL(server.url);
  const text = `postgresql://postgres@${host}:${url.port}/postgres?${parameters}`;
  let database: ReturnType<typeof openDatabase> | undefined;
  try {
    database = openDatabase({ url: text, maxConnections: 2 });
    const [row] = await database.prisma.$queryRaw<{ ssl: boolean }[]>`
      SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`;
    return row?.ssl === true ? 'encrypted' : 'plain';
  } catch (error) {
    return String(error);
  } finally {
    await database?.close();
  }
}

const authority = () => `sslrootcert=${encodeURIComponent(file('authority.pem'))}`;
const other = () => `sslrootcert=${encodeURIComponent(file('other.pem'))}`;

/** What each mode comes to where the server takes both, only TLS, only plain connections, or has no TLS at all. */
const outcomes: Readonly<Record<string, readonly [RegExp, RegExp, RegExp, RegExp]>> = {
  '': [/^plain/, /^encrypted/, /^plain/, /^plain/],
  'sslmode=disable': [/^plain/, /no encryption/, /^plain/, /^plain/],
  'sslmode=allow': [/^plain/, /^encrypted/, /^plain/, /^plain/],
  'sslmode=prefer': [/^encrypted/, /^encrypted/, /^plain/, /^plain/],
  'sslmode=require': [/^encrypted/, /^encrypted/, /SSL encryption/, /does not support SSL/],
  'sslmode=no-verify': [/^encrypted/, /^encrypted/, /SSL encryption/, /does not support SSL/],
  'ssl=false': [/^plain/, /no encryption/, /^plain/, /^plain/],
};

describe.each([
  ['takes both', { ssl: 'on', lets: 'host' }],
  ['takes TLS only', { ssl: 'on', lets: 'hostssl' }],
  ['takes plain connections only', { ssl: 'on', lets: 'hostnossl' }],
  ['has no TLS', { ssl: 'off', lets: 'host' }],
] as const)('a server that %s', (_name, settings) => {
  beforeAll(async () => {
    await runSql(server.url, 'CREATE ROLE watcher SUPERUSER LOGIN').catch(() => undefined);
    await reconfigure(settings);
  });

  test('is reached as sslmode says', async () => {
    const at = ['hosthost', 'hostssl', 'hostnossl'].indexOf(
      settings.lets === 'host' ? 'hosthost' : settings.lets,
    );
    const column = settings.ssl === 'off' ? 3 : at;
    for (const [parameters, expected] of Object.entries(outcomes)) {
      expect([parameters, await reach(parameters)]).toEqual([
        parameters,
        expect.stringMatching(expected[column] ?? /^$/),
      ]);
    }
  });
});

describe('the certificate', () => {
  beforeAll(() => reconfigure({ ssl: 'on', lets: 'host' }));

  test('is looked at as sslmode and sslrootcert say', async () => {
    const asked: readonly (readonly [string, string, RegExp])[] = [
      ['sslmode=verify-ca', '127.0.0.1', /DATABASE_URL: sslmode=verify-ca needs sslrootcert/],
      [`sslmode=verify-ca&${authority()}`, '127.0.0.1', /^encrypted/],
      [`sslmode=verify-ca&${other()}`, '127.0.0.1', /certificate/],
      [`sslmode=require&${authority()}`, '127.0.0.1', /^encrypted/],
      [`sslmode=require&${other()}`, '127.0.0.1', /certificate/],
      [`sslmode=verify-full&${authority()}`, 'localhost', /^encrypted/],
      [`sslmode=verify-full&${authority()}`, '127.0.0.1', /IP: 127\.0\.0\.1 is not in the cert|altnames/],
      ['sslmode=verify-full', 'localhost', /self-signed certificate/],
      ['ssl=true', 'localhost', /self-signed certificate/],
      ['sslmode=verify-full&sslrootcert=system', 'localhost', /self-signed certificate/],
      ['sslmode=require&sslrootcert=system', 'localhost', /DATABASE_URL: sslrootcert=system asks/],
      [
        'sslmode=verify-full&sslrootcert=/nowhere.pem',
        'localhost',
        /DATABASE_URL: the file of sslrootcert.*ENOENT/,
      ],
      ['sslmode=safe', 'localhost', /DATABASE_URL: sslmode is none of disable, allow/],
      ['sslmode=require&channel_binding=require', '127.0.0.1', /^encrypted/],
      [`sslmode=require&sslnegotiation=direct`, '127.0.0.1', /^encrypted/],
      ['sslmode=prefer&sslnegotiation=direct', '127.0.0.1', /DATABASE_URL: sslnegotiation=direct asks/],
    ];
    for (const [parameters, host, expected] of asked) {
      expect([parameters, await reach(parameters, host)]).toEqual([
        parameters,
        expect.stringMatching(expected),
      ]);
    }
  });
});
