import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { ConfigError, parseEnv } from './parse-env.ts';
import { apiVariables, workerVariables } from './variables.ts';

const parse = (publicUrl: string) =>
  parseEnv(apiVariables, {
    DATABASE_URL: 'postgresql://u:p@host/db',
    REDIS_URL: 'redis://host',
    PUBLIC_URL: publicUrl,
  }).PUBLIC_URL;

describe('PUBLIC_URL', () => {
  test.each([
    ['https://mail.example.com', 'https://mail.example.com'],
    ['https://mail.example.com/', 'https://mail.example.com'],
    ['https://mail.example.com/post/room//', 'https://mail.example.com/post/room'],
    ['http://localhost:3001', 'http://localhost:3001'],
    ['https://Mail.Example.com/<x>', 'https://mail.example.com/%3Cx%3E'],
    ['', 'http://localhost:3001'],
  ])('%p is read as %p, which paths can be put behind', (given, read) => {
    expect(parse(given)).toBe(read);
  });

  test.each([
    'mail.example.com',
    'ftp://mail.example.com',
    'https://a.test/?x=1',
    'https://a.test/#x',
    'https://u:p@a.test',
  ])('%p is refused', (given) => {
    expect(() => parse(given)).toThrow(ConfigError);
  });
});

const needed = { DATABASE_URL: 'postgresql://u:p@host/db', REDIS_URL: 'redis://host' };

describe('COMPAT', () => {
  test.each([
    [undefined, ['resend', 'postmark']],
    ['', ['resend', 'postmark']],
    ['none', []],
    ['Postmark', ['postmark']],
    ['resend, postmark,resend', ['resend', 'postmark']],
  ])('%p lets %p in', (given, products) => {
    expect(parseEnv(apiVariables, { ...needed, COMPAT: given }).COMPAT).toEqual(products);
  });

  test.each(['sendgrid', 'none,resend', 'resend;postmark', ','])('%p is refused', (given) => {
    expect(() => parseEnv(apiVariables, { ...needed, COMPAT: given })).toThrow(ConfigError);
  });
});

const numbers = (shape: z.ZodRawShape) =>
  Object.entries(shape).flatMap(([name, schema]) => {
    // Whatever its bounds, one of these is within them.
    const isNumber = ['12', '900'].some((text) => {
      const read = z.object({ [name]: schema }).safeParse({ [name]: text });
      return read.success && typeof read.data[name] === 'number';
    });
    return isNumber ? [name] : [];
  });

const numeric = [
  ...numbers(apiVariables).map((name) => [name, apiVariables] as const),
  ...numbers(workerVariables).map((name) => [name, workerVariables] as const),
];

test('every setting that is a number is looked at here', () => {
  expect(numeric.map(([name]) => name)).toEqual(
    expect.arrayContaining([
      'PORT',
      'SES_MAX_SEND_RATE',
      'WORKER_PORT',
      'DATABASE_CONNECTIONS',
      'SEND_LEASE_MS',
    ]),
  );
});

describe.each(numeric)('%s', (name, shape) => {
  test.each([' ', '\t', '\n', ' \u00a0 '])('of blanks alone (%j) counts as absent', (blank) => {
    const absent = parseEnv(shape, needed);
    expect(parseEnv(shape, { ...needed, [name]: blank })).toEqual(absent);
  });

  test.each(['0x10', '1e3', '1_000', '12 13', 'true', '-', '٣', 'NaN', 'Infinity', '-1', '1.5.2'])(
    '%j is refused by name',
    (text) => {
      expect(() => parseEnv(shape, { ...needed, [name]: text })).toThrow(`${name}: expected a`);
    },
  );
});

test('a number between spaces is that number', () => {
  expect(parseEnv(apiVariables, { ...needed, PORT: ' 8080 ' }).PORT).toBe(8080);
  expect(parseEnv(workerVariables, { ...needed, SES_MAX_SEND_RATE: '0.5' }).SES_MAX_SEND_RATE).toBe(0.5);
});

describe('DATABASE_URL', () => {
  test.each(['postgres://u@/db?host=/run/postgresql', 'postgresql://h1,h2/db', 'POSTGRESQL:///db'])(
    '%p is taken for whoever opens the database to read',
    (url) => {
      expect(parseEnv(apiVariables, { ...needed, DATABASE_URL: url }).DATABASE_URL).toBe(url);
    },
  );

  test.each(['mysql://u:secret@h/db', 'h:5432/db', 'postgres:u:secret@h'])(
    '%p is refused, and not shown',
    (url) => {
      expect(() => parseEnv(apiVariables, { ...needed, DATABASE_URL: url })).toThrow(
        /DATABASE_URL: expected a URL/,
      );
      expect(() => parseEnv(apiVariables, { ...needed, DATABASE_URL: url })).not.toThrow(/secret/);
    },
  );
});

describe('REDIS_URL', () => {
  test.each([
    'redis://host',
    'redis://host:6379/1',
    'redis://host:6379?cluster=true',
    'redis://host:6379/0?cluster=true',
    'rediss://user:p%25ss%40@host:6380/',
    'redis://:secret@[::1]:6379',
    'redis://default:a.b-c_d~e@redis.internal:6379/15',
  ])('%j is taken', (url) => {
    expect(parseEnv(apiVariables, { ...needed, REDIS_URL: url }).REDIS_URL).toBe(url);
  });

  test.each([
    ['redis://:pa%ss@host', '%25'],
    ['redis://us%er:x@host', '%25'],
    ['rediss://:100%@host:6379', '%25'],
    ['redis://:%E0%A4%A@host', '%25'],
    ['redis://host:6379/abc', 'database'],
    ['redis://host:6379/1/2', 'database'],
    ['redis://host/-1', 'database'],
    ['redis://host:6379/1?cluster=true', 'before ?cluster=true'],
    ['redis://:6379', 'REDIS_URL'],
    ['redis:///1', 'host'],
    ['redis://host:99999', 'REDIS_URL'],
    ['http://host:6379', 'redis://host:6379'],
    ['host:6379', 'redis://host:6379'],
  ])('%j is refused by name, with what to write, and is not shown', (url, hint) => {
    const parse = () => parseEnv(workerVariables, { ...needed, REDIS_URL: url });
    expect(parse).toThrow(/REDIS_URL: expected/);
    expect(parse).toThrow(hint);
    expect(parse).not.toThrow(/pa%ss|us%er|100%@/);
  });
});
