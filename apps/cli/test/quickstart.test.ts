import { existsSync, readFileSync } from 'node:fs';
import { afterAll, expect, test } from '@jest/globals';
import { freePort } from '@postroom/servers';
import { runCli, temporaryHome } from './cli.ts';

const { home, env, remove } = temporaryHome();
afterAll(remove);

const quickstart = async () => runCli(['quickstart', '--once', '--port', String(await freePort())], env);

test('on an empty folder, and again on the kept state, 99 are sent, of which one bounces, and 1 is rejected', async () => {
  const first = await quickstart();
  expect(first.text).toContain('100 items: 99 accepted, 1 rejected');
  expect(first.text).toMatch(/Item 56 +validation_failed: to\.email/);
  expect(first.text).toMatch(/Sent +99 of 99/);
  expect(first.text).toContain('Subject: Your order PR-10002 is on its way, Alan Lindqvist');
  expect(first.text).toMatch(
    /Click +its link led to https:\/\/example\.com\/orders\/PR-10002; in the history as clicked/,
  );
  const bounced =
    /Bounce +(bounce\+\w+@simulator\.amazonses\.com); in the history as bounced, smtp; 550 5\.1\.1/;
  expect(first.text).toMatch(/Delivered +98 of 98/);
  expect(first.text).toMatch(bounced);
  expect(first.text).toMatch(/Suppression +Bounce: that address gets no more mail/);
  expect(first.text).not.toContain('\u001b');
  expect(first.code).toBe(0);
  const key = readFileSync(home.keyFile, 'utf8');

  const second = await quickstart();
  expect(second.text).toContain('up to date');
  expect(second.text).toMatch(/Sent +99 of 99/);
  expect(second.text).toMatch(bounced);
  expect(second.code).toBe(0);
  expect(readFileSync(home.keyFile, 'utf8')).toBe(key);
  expect(existsSync(home.stackFile)).toBe(false);
  expect(existsSync(home.runFile)).toBe(false);
});

test('the demonstration refuses to write through an SES that was given', async () => {
  const endpoint = 'https://email.eu-central-1.amazonaws.com';
  const { code, text } = await runCli(['quickstart', '--once'], { ...env, AWS_ENDPOINT_URL_SESV2: endpoint });
  expect(code).toBe(1);
  expect(text).toContain('would send 99 mails');
});
