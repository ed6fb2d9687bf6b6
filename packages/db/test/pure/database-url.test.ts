import { describe, expect, test } from '@jest/globals';
import { parseDatabaseUrl } from '../../src/connection/database-url.ts';

const target = (url: string) => {
  const { host, port, user, password, database } = parseDatabaseUrl(url);
  return { host, port, user, password, database };
};

describe('who and where', () => {
  test.each([
    ['postgresql://u:p@h:5433/db', { host: 'h', port: 5433, user: 'u', password: 'p', database: 'db' }],
    ['postgres://u@/db?host=/run/postgresql', { host: '/run/postgresql', user: 'u', database: 'db' }],
    [
      'postgresql:///db?host=%2Ftmp&user=u&password=p%26q',
      { host: '/tmp', user: 'u', password: 'p&q', database: 'db' },
    ],
    ['postgresql://%2Fvar%2Frun/db', { host: '/var/run', database: 'db' }],
    [
      'postgresql://u:a%40b%2Fc%3A@[::1]:5432/my%20db',
      { host: '::1', port: 5432, user: 'u', password: 'a@b/c:', database: 'my db' },
    ],
    ['postgresql://u:a@b@h/db', { host: 'h', user: 'u', password: 'a@b', database: 'db' }],
    ['postgresql://h?dbname=x&port=6432', { host: 'h', port: 6432, database: 'x' }],
    ['  postgresql://h/db  ', { host: 'h', database: 'db' }],
    ['POSTGRES://h', { host: 'h' }],
  ])('%p', (url, expected) => {
    const none = {
      host: undefined,
      port: undefined,
      user: undefined,
      password: undefined,
      database: undefined,
    };
    expect(target(url)).toEqual({ ...none, ...expected });
  });
});

test('what else a URL can say is used', () => {
  const url =
    'postgresql://h/db?schema=mail&connection_limit=7&pgbouncer=true&connect_timeout=4&application_name=x';
  expect(parseDatabaseUrl(url)).toMatchObject({
    schema: 'mail',
    connectionLimit: 7,
    pooler: 'transaction',
    connectTimeoutMs: 4_000,
    applicationName: 'x',
  });
  expect(parseDatabaseUrl('postgresql://h/db?options=-c+geqo%3Doff&pgbouncer=false')).toMatchObject({
    options: '-c geqo=off',
    pooler: undefined,
  });
  expect(parseDatabaseUrl('postgresql://h/?sslmode=require&channel_binding=require').bindsChannel).toBe(true);
});

describe('what cannot be used is refused by name, without the password', () => {
  test.each([
    ['postgresql://u:hunter2@h1:1,h2:2/db', 'several hosts'],
    ['postgresql://u:hunter2@/db?host=h1,h2', 'several hosts'],
    ['postgresql://u:hunter2@h:port/db', 'host and port'],
    ['postgresql://u:hunter2@h:70000/db', 'port is no whole number'],
    ['postgresql://u:hunter2/more@h:5432/db', 'host and port'],
    ['postgresql://u:hunter2#more@h/db', '%23'],
    ['postgresql://u:hunter2%zz@h/db', 'the password is not percent-encoded'],
    ['postgresql://u:hunter2@h/db?sslmod=require', 'sslmod is no parameter'],
    ['postgresql://u:hunter2@h/db?pool_timeout=5', 'pool_timeout is no parameter'],
    ['postgresql://u:hunter2@h/db?connection_limit=0', 'connection_limit is no whole number from 1 to 200'],
    ['postgresql://u:hunter2@h/db?pgbouncer=yes', 'pgbouncer is none of true, false'],
    ['postgresql://u:hunter2@h/db?target_session_attrs=standby', 'target_session_attrs can be any or'],
    ['postgresql://u:hunter2@h/db?client_encoding=latin1', 'client_encoding can be'],
    ['postgresql://u:hunter2@h/db?channel_binding=always', 'channel_binding is none of'],
    ['postgresql://u:a?hunter2@h/db', 'host and port'],
    ['mysql://u:hunter2@h/db', 'this is no URL'],
    ['host=h password=hunter2', 'this is no URL'],
    ['', 'this is no URL'],
  ])('%p: %p', (url, message) => {
    const why = () => parseDatabaseUrl(url);
    expect(why).toThrow('DATABASE_URL: ');
    expect(why).toThrow(message);
    expect(why).not.toThrow(/hunter2/);
  });
});
