import type { LookupFunction } from 'node:net';
import { expect, test } from '@jest/globals';
import { createPrivateUrlCheck } from '../../src/index.ts';

const leadsTo =
  (address: string | null): LookupFunction =>
  (_hostname, _options, callback) => {
    if (address === null) callback(Object.assign(new Error('none'), { code: 'ENOTFOUND' }), '', 0);
    else callback(null, [{ address, family: 4 }]);
  };

const isPrivateUrl = (url: string, lookup: LookupFunction) => createPrivateUrlCheck(lookup)(url);

test.each([
  'http://127.1/',
  'https://2130706433/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[::127.0.0.1]/',
  'https://[100:0:0:1::1]/',
  'http://localhost:1/',
  'http://a.localhost./',
])('%s is private', async (url) => {
  expect(await isPrivateUrl(url, leadsTo('93.184.215.14'))).toBe(true);
});

test('a name is what it leads to, and one that is not known is looked at later', async () => {
  const url = 'https://receiver.example/';
  expect(await isPrivateUrl(url, leadsTo('10.1.2.3'))).toBe(true);
  expect(await isPrivateUrl(url, leadsTo('93.184.215.14'))).toBe(false);
  expect(await isPrivateUrl(url, leadsTo(null))).toBe(false);
});

test('an address of the public network is none', async () => {
  expect(await isPrivateUrl('https://93.184.215.14/', leadsTo('10.0.0.1'))).toBe(false);
  expect(await isPrivateUrl('https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/', leadsTo('10.0.0.1'))).toBe(
    false,
  );
});
