import { expect, test } from '@jest/globals';
import { bouncedAddress } from './present-bounce.ts';

const address = (email: string) => ({ email, name: null });
const send = { to: address('to@b.test'), toOthers: [address('other@b.test')], cc: [address('cc@b.test')] };
const reportOf = (...places: readonly string[]) => ({
  detail: { recipients: places.map((recipient) => ({ recipient })) },
});

test.each([
  ['no report that is kept', undefined, 'to@b.test'],
  ['one that names nobody', { detail: {} }, 'to@b.test'],
  ['one of the primary recipient and others', reportOf('cc[0]', 'to'), 'to@b.test'],
  ['one of whom nobody may hear', reportOf('other'), 'to@b.test'],
  ['one of another, as the message went without the primary one', reportOf('to[1]', 'cc[0]'), 'other@b.test'],
])('the address of a bounce, by %s', (_what, report, email) => {
  expect(bouncedAddress(send, report)).toBe(email);
});
