import { describe, expect, test } from '@jest/globals';
import { PostroomError } from '../postroom-error.ts';
import { liftSuppression } from '../suppressions/lift-suppression.ts';
import { createIdentityTurns } from './identity-turns.ts';
import { identitiesInTurn, type SesIdentities, verifyBySes } from './verification.ts';

const identity = (status: 'pending' | 'verified') => ({ status, dnsRecords: [] });

/** An SES that knows these domains, and an address on its list; `log` has its calls. */
function fakeSes(log: string[], known: Readonly<Record<string, 'pending' | 'verified'>> = {}) {
  const listed = new Set(['listed@shop.example']);
  const ses: SesIdentities = {
    createIdentity: async (domain) => {
      log.push('call');
      return known[domain] === undefined ? identity('pending') : null;
    },
    getIdentity: async (asked) => {
      log.push('call');
      const status = known[asked];
      return status === undefined ? null : identity(status);
    },
  };
  const provider = {
    isSuppressed: async (email: string) => {
      log.push('call');
      return listed.has(email);
    },
    liftSuppression: async (email: string) => {
      log.push('call');
      listed.delete(email);
    },
  };
  return { ses, provider };
}

const now = () => new Date(0);
const known = { 'known.example': 'pending', 'c.b.a.example': 'pending' } as const;

const suppressions = { remove: async () => true };
type Asked = {
  readonly verification: ReturnType<typeof verifyBySes>;
  readonly lift: (email: string) => Promise<unknown>;
};
const asking: readonly (readonly [string, number, (asked: Asked) => Promise<unknown>])[] = [
  [
    'a sender whose domain nobody verified',
    5,
    ({ verification }) => verification.proofOf('x@d.c.b.a.example', 'w', null),
  ],
  ['a domain that is new', 1, ({ verification }) => verification.registerDomain('new.example', 'w')],
  ['a domain that SES has', 2, ({ verification }) => verification.registerDomain('known.example', 'w')],
  ['a domain that SES forgot', 2, ({ verification }) => verification.checkDomain('new.example', 'w')],
  ['an address on its list', 3, ({ lift }) => lift('listed@shop.example')],
  ['an address that is not on it', 1, ({ lift }) => lift('other@shop.example')],
];

describe('each call of SES takes a turn of its own:', () => {
  test.each(asking)('about %s there are %i', async (_what, calls, ask) => {
    const log: string[] = [];
    const { ses, provider } = fakeSes(log, known);
    const takeTurn = async (workspaceId: string) => void log.push(`turn of ${workspaceId}`);
    await ask({
      verification: verifyBySes(identitiesInTurn(ses, takeTurn), now),
      lift: (email) => liftSuppression({ suppressions, provider, takeTurn }, { workspaceId: 'w', email }),
    });
    expect(log.filter((entry) => entry === 'call')).toHaveLength(calls);
    expect(log.filter((entry) => entry === 'turn of w')).toHaveLength(calls);
    expect(log[0]).toBe('turn of w');
  });

  test.each(asking)('about %s nothing is asked when the turn is too far off', async (_what, _calls, ask) => {
    const log: string[] = [];
    const { ses, provider } = fakeSes(log, known);
    const takeTurn = async () => {
      throw new PostroomError('rate_limited', 'later');
    };
    const asked = ask({
      verification: verifyBySes(identitiesInTurn(ses, takeTurn), now),
      lift: (email) => liftSuppression({ suppressions, provider, takeTurn }, { workspaceId: 'w', email }),
    });
    await expect(asked).rejects.toMatchObject({ code: 'rate_limited' });
    expect(log).toEqual([]);
  });
});

test('SES gets no more calls a second than the rate, half of them of one workspace', async () => {
  let nowMs = 0;
  const counter = (most: number) => {
    const counted = new Map<string, number>();
    return {
      count: async (id: string) => {
        const key = `${id} ${Math.floor(nowMs / 1_000)}`;
        const times = (counted.get(key) ?? 0) + 1;
        counted.set(key, times);
        return times <= most
          ? ({ kind: 'allowed' } as const)
          : ({ kind: 'refused', resetMs: 1_000 - (nowMs % 1_000) } as const);
      },
    };
  };
  const takeTurn = createIdentityTurns({
    own: counter(2),
    all: counter(4),
    monotonicMs: () => nowMs,
    pause: async (ms) => {
      nowMs += ms;
    },
  });
  const seconds = new Map<number, number>();
  const ses: SesIdentities = {
    createIdentity: async () => null,
    getIdentity: async () => {
      const second = Math.floor(nowMs / 1_000);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
      return null;
    },
  };
  const { proofOf } = verifyBySes(identitiesInTurn(ses, takeTurn), now);
  for (let times = 0; times < 4; times += 1) await proofOf('x@d.c.b.a.example', 'one', null);
  expect([...seconds.values()].reduce((sum, calls) => sum + calls)).toBe(20);
  expect(Math.max(...seconds.values())).toBe(2);
});

test('what has begun waits for a turn that is too far off for what is new', async () => {
  let refusals = 0;
  const once = (resetMs: number) => ({
    count: async () => {
      refusals += 1;
      return refusals % 2 === 1 ? ({ kind: 'refused', resetMs } as const) : ({ kind: 'allowed' } as const);
    },
  });
  const takeTurn = createIdentityTurns({
    own: once(3_000),
    all: { count: async () => ({ kind: 'allowed' }) },
    monotonicMs: () => 0,
    pause: async () => undefined,
  });
  await expect(takeTurn('one', true)).resolves.toBeUndefined();
  await expect(takeTurn('one')).rejects.toMatchObject({ code: 'rate_limited' });
  const begun: boolean[] = [];
  const ses: SesIdentities = { createIdentity: async () => null, getIdentity: async () => null };
  const noting = async (_workspaceId: string, hasBegun = false) => void begun.push(hasBegun);
  await verifyBySes(identitiesInTurn(ses, noting), now).proofOf('x@b.a.example', 'one', null);
  expect(begun).toEqual([false, true, true]);
});
