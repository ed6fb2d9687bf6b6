import { describe, expect, test } from '@jest/globals';
import { aNotice } from '../../test/a-notice.ts';
import { judge, type PostOutcome } from './judge.ts';
import { triesPerRound } from './schedule.ts';

const context = { nowMs: 0, random: 0.5 };
const answered = (statusCode: number, retryAfter?: string): PostOutcome => ({
  kind: 'answered',
  statusCode,
  retryAfter,
  answer: '',
});
const verdictOf = (outcome: PostOutcome, tries = 1) => judge(aNotice({ tries }), outcome, context);

test.each([200, 201, 204, 299])('%d is success', (status) => {
  expect(verdictOf(answered(status))).toMatchObject({ state: 'delivered', error: null });
});

test.each([301, 302, 307, 308])('%d is a failure, and not followed', (status) => {
  expect(verdictOf(answered(status))).toMatchObject({ state: 'pending', error: 'redirect', delayMs: 5_000 });
});

test.each([400, 401, 404, 429, 500, 503])('%d is tried again', (status) => {
  expect(verdictOf(answered(status))).toMatchObject({ state: 'pending', error: 'status', delayMs: 5_000 });
});

test('410 ends it at once', () => {
  expect(verdictOf(answered(410))).toMatchObject({ state: 'failed', isGone: true });
});

test('what a receiver asks for is waited for', () => {
  expect(verdictOf(answered(503, '90'))).toMatchObject({ state: 'pending', delayMs: 90_000 });
});

describe('after the last try', () => {
  test.each<[PostOutcome, string]>([
    [answered(500), 'failed'],
    [{ kind: 'unanswered', error: 'timeout' }, 'failed'],
    [{ kind: 'blocked' }, 'blocked'],
  ])('%j is %s', (outcome, state) => {
    expect(verdictOf(outcome, triesPerRound)).toMatchObject({ state, delayMs: 0 });
    expect(verdictOf(outcome, triesPerRound - 1)).toMatchObject({ state: 'pending' });
  });
});
