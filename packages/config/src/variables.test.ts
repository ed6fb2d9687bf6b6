import { describe, expect, test } from '@jest/globals';
import { ConfigError, parseEnv } from './parse-env.ts';
import { apiVariables } from './variables.ts';

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
