import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ProviderError, ProviderOutcome } from '../send/provider-outcome.ts';
import { type DecisionContext, decide, decideUnprepared } from './decide.ts';

const error: ProviderError = { code: 'SomeException', message: 'SES said so', httpStatus: 400 };

const contextWith = (overrides: Partial<DecisionContext['send']> = {}): DecisionContext => ({
  send: {
    ...{ attempt: 1, attemptsSpent: 0, earlierErrors: [] },
    ...{ configurationSet: null, senderProfileId: null, ...overrides },
  },
  maxAttempts: 3,
  holdMs: 30_000,
  renderedSubject: 'Hello',
  random: 0.5,
});

describe('what SES answers and what follows', () => {
  test('a message id means Sent, with the rendered subject', () => {
    const { result } = decide({ kind: 'accepted', providerMessageId: 'm-1' }, contextWith());
    expect(result).toEqual({ kind: 'sent', providerMessageId: 'm-1', subject: 'Hello' });
  });

  test('an answer that leaves it open puts the send in doubt and never queues it again', () => {
    expect(decide({ kind: 'in_doubt', error }, contextWith()).result).toEqual({ kind: 'in_doubt', error });
  });

  test('throttling goes back soon, spends no attempt and slows every replica', () => {
    const decision = decide({ kind: 'throttled', error }, contextWith());
    expect(decision).toMatchObject({
      isThrottled: true,
      hold: null,
      result: { kind: 'retry', isSpent: false },
    });
  });

  test.each(['quota_spent', 'account_suspended', 'credentials_refused', 'sending_paused'] as const)(
    '%s holds the account and spends no attempt',
    (kind) => {
      const decision = decide({ kind, error }, contextWith());
      expect(decision.hold).toMatchObject({ scope: { kind: 'account' }, reason: kind });
      expect(decision.result).toMatchObject({ kind: 'retry', isSpent: false });
    },
  );

  test('paused sending of a configuration set holds that set alone', () => {
    const paused = { ...error, message: 'Sending paused for Configuration Set news' };
    const decision = decide(
      { kind: 'sending_paused', error: paused },
      contextWith({ configurationSet: 'news' }),
    );
    expect(decision.hold?.scope).toEqual({ kind: 'configuration_set', name: 'news' });
  });

  test.each([
    ['Email sending is paused.', { kind: 'configuration_set', name: 'news' }],
    ['Sending is paused for this account.', { kind: 'account' }],
    [
      "Sending is paused for this account's configuration set news.",
      { kind: 'configuration_set', name: 'news' },
    ],
  ] as const)('of a send with a configuration set, paused as SES says "%s"', (message, scope) => {
    const outcome = { kind: 'sending_paused', error: { ...error, message } } as const;
    expect(decide(outcome, contextWith({ configurationSet: 'news' })).hold?.scope).toEqual(scope);
  });

  test.each([
    ['Sending is paused for configuration set news', { kind: 'sender_profile', id: 'p-1' }],
    ['Sending is paused for tenant acme', { kind: 'sender_profile', id: 'p-1' }],
    ['Sending paused for this account. For more information, please check the inbox', { kind: 'account' }],
    ['Email sending for the configuration set or the account is paused.', { kind: 'account' }],
  ] as const)('of a send that names no configuration set, paused as SES says "%s"', (message, scope) => {
    const outcome = { kind: 'sending_paused', error: { ...error, message } } as const;
    expect(decide(outcome, contextWith({ senderProfileId: 'p-1' })).hold?.scope).toEqual(scope);
  });

  describe('what the credentials may not do', () => {
    const send = { configurationSet: 'news', senderProfileId: 'p-1' };
    test.each([
      ['sender', send, { kind: 'sender_profile', id: 'p-1' }],
      ['sender', { ...send, senderProfileId: null }, null],
      ['configuration_set', send, { kind: 'configuration_set', name: 'news' }],
      ['configuration_set', { ...send, configurationSet: null }, { kind: 'sender_profile', id: 'p-1' }],
      ['message', send, null],
    ] as const)('to a %s holds that alone (%j)', (about, own, scope) => {
      const { hold, result } = decide({ kind: 'not_permitted', about, error }, contextWith(own));
      expect(hold?.scope ?? null).toEqual(scope);
      expect(result).toMatchObject({ kind: 'retry', isSpent: true });
    });

    test('spends attempts, and fails in SES’s words after a few, however many there may be', () => {
      const twice = { attempt: 9, attemptsSpent: 2, earlierErrors: [error.code, error.code] };
      const patient = { ...contextWith({ ...send, ...twice }), maxAttempts: 50 };
      const { result, hold } = decide({ kind: 'not_permitted', about: 'sender', error }, patient);
      expect(result).toMatchObject({
        kind: 'failed',
        failureClass: 'not_permitted',
        message: 'SES did not permit the message in 3 attempts: SomeException: SES said so',
      });
      expect(hold?.reason).toBe('not_permitted');
    });

    test('does not fail it for attempts that came to something else', () => {
      const outcome = { kind: 'not_permitted', about: 'sender', error } as const;
      const others = ['ConnectTimeout', error.code, 'ConnectTimeout'];
      const spent = { ...send, attempt: 9, attemptsSpent: 3, earlierErrors: others };
      const patient = { ...contextWith(spent), maxAttempts: 8 };
      expect(decide(outcome, patient).result).toMatchObject({ kind: 'retry', isSpent: true });
      expect(decide(outcome, { ...patient, maxAttempts: 4 }).result).toMatchObject({
        kind: 'failed',
        message: 'SES did not permit the message in 2 of 4 attempts: SomeException: SES said so',
      });
    });
  });

  test('a configuration set that is not there fails the send and holds the others of the set', () => {
    const missing = {
      ...error,
      code: 'NotFoundException',
      message: 'Configuration set <gone> does not exist.',
    };
    expect(
      decide({ kind: 'rejected', error: missing }, contextWith({ configurationSet: 'gone' })),
    ).toMatchObject({
      hold: { scope: { kind: 'configuration_set', name: 'gone' }, reason: 'configuration_set_missing' },
      result: { kind: 'failed', failureClass: 'rejected' },
    });
  });

  test('whatever else is not found fails the send alone', () => {
    const missing = { ...error, code: 'NotFoundException', message: 'Template welcome does not exist.' };
    const context = contextWith({ configurationSet: 'news', senderProfileId: 'p-1' });
    expect(decide({ kind: 'rejected', error: missing }, context).hold).toBeNull();
  });

  test('what could not be prepared is tried again, spends attempts, and fails when none is left', () => {
    const { send, maxAttempts, random } = contextWith();
    expect(decideUnprepared({ send, maxAttempts, random })).toMatchObject({
      hold: null,
      result: { kind: 'retry', isSpent: true },
    });
    const last = { ...send, attemptsSpent: maxAttempts - 1 };
    expect(decideUnprepared({ send: last, maxAttempts, random }).result).toMatchObject({
      kind: 'failed',
      failureClass: 'internal',
    });
  });

  test('an unverified sender fails the send and flags the sender profile', () => {
    const decision = decide({ kind: 'sender_unverified', error }, contextWith());
    expect(decision).toMatchObject({
      isSenderRefused: true,
      hold: null,
      result: { kind: 'failed', failureClass: 'sender_unverified' },
    });
  });

  test('an unverified sender holds the other sends of its profile', () => {
    const { hold } = decide({ kind: 'sender_unverified', error }, contextWith({ senderProfileId: 'p-1' }));
    expect(hold).toEqual({
      scope: { kind: 'sender_profile', id: 'p-1' },
      reason: 'sender_unverified',
      forMs: 30_000,
      maxMs: 60_000,
    });
  });

  test('a rejected message fails at once with SES’s own words', () => {
    const { result } = decide({ kind: 'rejected', error }, contextWith());
    expect(result).toMatchObject({
      kind: 'failed',
      message: 'SES refused the message: SomeException: SES said so',
    });
  });

  test.each(['unreachable', 'not_read'] as const)(
    'what is %s is tried again with a spent attempt, until the attempts are used up',
    (kind) => {
      expect(decide({ kind, error }, contextWith()).result).toMatchObject({ kind: 'retry', isSpent: true });
      const last = decide({ kind, error }, contextWith({ attempt: 3, attemptsSpent: 2 }));
      expect(last.result).toMatchObject({ kind: 'failed', failureClass: 'unreachable' });
    },
  );

  test('throttling, quota and pause never fail a send, however often they come', () => {
    const kinds = [
      'throttled',
      'quota_spent',
      'sending_paused',
      'account_suspended',
      'credentials_refused',
    ] as const;
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.nat(10_000),
        fc.nat(10_000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (kind, attempt, spent, random) => {
          const outcome: ProviderOutcome = { kind, error };
          const { result } = decide(outcome, { ...contextWith({ attempt, attemptsSpent: spent }), random });
          expect(result.kind).toBe('retry');
          if (result.kind === 'retry') {
            expect(result.isSpent).toBe(false);
            expect(result.delayMs).toBeGreaterThan(0);
            expect(result.delayMs).toBeLessThanOrEqual(60_000);
          }
        },
      ),
    );
  });
});
