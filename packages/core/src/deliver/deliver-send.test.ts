import { describe, expect, test } from '@jest/globals';
import { aClaimedSend } from '../../test/a-claimed-send.ts';
import type { OutgoingMessage, ProviderOutcome } from '../send/provider-outcome.ts';
import type { RenderAsker, RenderOutcome } from '../send/renderer.ts';
import type { AttemptRecord, ClaimedSend, ClaimResult } from './claim.ts';
import type { DeliverDeps } from './deliver-deps.ts';
import { deliverSend } from './deliver-send.ts';

const limits = { maxAttempts: 8, leaseMs: 30_000, requestTimeoutMs: 10_000, holdMs: 1_000 };
const job = { sendId: 'send', epoch: 0 };
const error = { code: 'TimeoutError', message: 'no answer', httpStatus: null };

/** How long a permit holds unless told, in milliseconds. */
const permitHoldsMs = 50;

/** One delivery in memory; `permitTakesMs` passes while the send waits for its permit. */
function aDelivery(
  options: {
    readonly send?: Partial<ClaimedSend>;
    readonly publicUrl?: string;
    readonly permitTakesMs?: number;
    readonly permitHoldsMs?: number;
    /** What passes between each permit and the first byte. */
    readonly lateMs?: readonly number[];
    /** The permit after which a hold is in place; without it there is none. */
    readonly heldAfterPermit?: number;
    readonly claim?: ClaimResult;
    readonly outcome?: ProviderOutcome;
    readonly rendering?: RenderOutcome;
    /** What there is no room for: the send from the beginning, or its text. */
    readonly crowded?: 'send' | 'text';
    /** When what found no place has its turn. */
    readonly turnMs?: number;
    readonly limits?: Partial<typeof limits>;
    /** What of ours fails, and how often before it works. */
    readonly failing?: Partial<
      Record<
        | 'record'
        | 'report'
        | 'flag'
        | 'snapshot'
        | 'attachments'
        | 'render'
        | 'rewrite'
        | 'acquire'
        | 'begin',
        number
      >
    >;
    /** Its lease was ended before its call began, and someone else has it. */
    readonly isLost?: boolean;
    /** Someone else put the send in doubt before it could be recorded. */
    readonly isTooLate?: boolean;
  } = {},
) {
  const seen = {
    calls: 0,
    records: [] as AttemptRecord['result'][],
    permits: 0,
    begun: 0,
    givenBack: 0,
    lapsed: [] as number[],
    troubles: 0,
    troubled: [] as string[],
    evidence: [] as string[],
    askers: [] as RenderAsker[],
    placed: [] as unknown[],
    left: 0,
    fetched: 0,
    rewritten: 0,
    messages: [] as OutgoingMessage[],
    pausedMs: 0,
    ended: 0,
    reported: 0,
    flagged: 0,
  };
  const left = { ...options.failing };
  const mayFail = (what: keyof typeof left) => {
    const times = left[what] ?? 0;
    if (times === 0) return;
    left[what] = times - 1;
    throw new Error(`no ${what}`);
  };
  let clockMs = 0;
  const deps: DeliverDeps = {
    claim: async () => options.claim ?? { kind: 'claimed', send: aClaimedSend(options.send) },
    begin: async () => {
      mayFail('begin');
      seen.begun += 1;
      return options.isLost !== true;
    },
    record: async ({ result }) => {
      mayFail('record');
      seen.records.push(result);
      return { isRecorded: options.isTooLate !== true };
    },
    recordEvidence: async (_send, providerMessageId) => void seen.evidence.push(providerMessageId),
    reportSimulated: async () => {
      mayFail('report');
      seen.reported += 1;
    },
    flagSender: async () => {
      mayFail('flag');
      seen.flagged += 1;
    },
    snapshot: async (id) => {
      mayFail('snapshot');
      return { id, kind: 'template', subject: 'Hello', html: '<p>Hello</p>', text: null };
    },
    renderer: {
      render: async (_snapshot, _context, asker) => {
        mayFail('render');
        seen.askers.push(asker);
        if (options.rendering !== undefined) return options.rendering;
        return { kind: 'rendered', content: { subject: 'Hello', html: '<p>Hello</p>', text: null } };
      },
    },
    returns: {
      ended: () => void seen.ended++,
      nextMs: () => options.turnMs ?? 0,
      heldMs: (_scope, waitMs) => waitMs,
    },
    room: {
      take: async ({ attachmentBytes }) => {
        seen.placed.push(attachmentBytes);
        if (options.crowded === 'send') return null;
        return {
          fit: (textBytes) => {
            seen.placed.push(textBytes);
            return options.crowded !== 'text';
          },
          leave: () => {
            seen.left += 1;
          },
        };
      },
    },
    publicUrl: options.publicUrl ?? 'https://mail.example.com',
    isReal: true,
    rewriteLinks: async (content) => {
      mayFail('rewrite');
      seen.rewritten += 1;
      return { ...content, html: `${content.html}<!-- tracked -->` };
    },
    attachments: async () => {
      mayFail('attachments');
      seen.fetched += 1;
      return [];
    },
    provider: {
      send: async (message, { isOpen, reopen }) => {
        seen.messages.push(message);
        const lateMs = [...(options.lateMs ?? [])];
        clockMs += lateMs.shift() ?? 0;
        while (!isOpen()) {
          if (!(await reopen())) return { kind: 'unreachable', error };
          clockMs += lateMs.shift() ?? 0;
        }
        seen.calls += 1;
        return options.outcome ?? { kind: 'accepted', providerMessageId: 'm-1' };
      },
    },
    pacer: {
      acquire: async ({ onGiven, lapsed }) => {
        mayFail('acquire');
        seen.lapsed.push(lapsed);
        onGiven();
        clockMs += options.permitTakesMs ?? 0;
        seen.permits += 1;
        const untilMs = clockMs + (options.permitHoldsMs ?? permitHoldsMs);
        return { kind: 'granted', untilMs, giveBack: () => void seen.givenBack++ };
      },
      slowDown: async () => undefined,
    },
    holds: {
      isHeld: () => seen.permits >= (options.heldAfterPermit ?? Number.POSITIVE_INFINITY),
      givenUp: () => null,
      place: async () => undefined,
    },
    newLeaseToken: () => 'token',
    random: () => 0,
    monotonicMs: () => clockMs,
    pause: async (ms) => {
      clockMs += ms;
      seen.pausedMs += ms;
    },
    onTrouble: (_error, { id, workspaceId }) => {
      seen.troubles += 1;
      seen.troubled = [id, workspaceId];
    },
    crashPoint: () => undefined,
    limits: { ...limits, ...options.limits },
  };
  return { deps, seen };
}

const never = new AbortController().signal;

test('a send is given to the provider once, and recorded as sent', async () => {
  const { deps, seen } = aDelivery();
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'done' });
  expect(seen).toMatchObject({ calls: 1, records: [{ kind: 'sent', providerMessageId: 'm-1' }] });
});

test('a lease that would not outlast the call is handed back without one', async () => {
  const { deps, seen } = aDelivery({ permitTakesMs: 20_000 });
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'later', waitMs: 0 });
  expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'returned' }] });
});

test.each(['m-0', null])(
  'a send that SES turned out to have taken as %s is recorded and not repeated',
  async (id) => {
    const { deps, seen } = aDelivery({ send: { acceptedEarlier: { providerMessageId: id } } });
    expect(await deliverSend(deps, job, never)).toEqual({ kind: 'done' });
    expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'sent', providerMessageId: id }] });
  },
);

test('a send whose sender became another workspace’s while it waited fails, and is not given to the provider', async () => {
  const { deps, seen } = aDelivery({ send: { isSenderHeldElsewhere: true } });
  expect(await deliverSend(deps, job, never)).toMatchObject({ failureClass: 'sender_not_verified' });
  expect(seen).toMatchObject({
    calls: 0,
    records: [{ kind: 'failed', failureClass: 'sender_not_verified' }],
  });
});

test('a hold that was placed while the send waited for its permit stops it, and spends nothing', async () => {
  const { deps, seen } = aDelivery({ heldAfterPermit: 1 });
  expect(await deliverSend(deps, job, never)).toMatchObject({ kind: 'later' });
  expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'retry', isSpent: false }] });
});

test('what is late for its permit takes another one before anything is written', async () => {
  const { deps, seen } = aDelivery({ lateMs: [permitHoldsMs + 1, permitHoldsMs] });
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'done' });
  expect(seen).toMatchObject({
    permits: 2,
    givenBack: 1,
    lapsed: [0, 1],
    calls: 1,
    records: [{ kind: 'sent' }],
  });
});

test('a call that has to wait is said to begin before it does, once', async () => {
  const { deps, seen } = aDelivery({ send: { isBegun: false }, lateMs: [permitHoldsMs + 1] });
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'done' });
  expect(seen).toMatchObject({ permits: 2, begun: 1, calls: 1 });
  const next = aDelivery();
  await deliverSend(next.deps, job, never);
  expect(next.seen).toMatchObject({ begun: 0, calls: 1 });
});

test.each([{ isLost: true }, { failing: { begin: 1 } }])(
  'one of which that cannot be said does not begin, and another has its permit: %j',
  async (options) => {
    const { deps, seen } = aDelivery({ send: { isBegun: false }, ...options });
    expect(await deliverSend(deps, job, never)).toEqual({ kind: 'later', waitMs: 0 });
    expect(seen).toMatchObject({ calls: 0, givenBack: 1, records: [{ kind: 'returned' }] });
  },
);

test('one that is late for every permit is written in the end', async () => {
  const { deps, seen } = aDelivery({ lateMs: Array.from({ length: 20 }, () => 100) });
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'done' });
  expect(seen).toMatchObject({ permits: 4, calls: 1, records: [{ kind: 'sent' }] });
});

test('a process that stood still until the lease would not outlast the call does not write', async () => {
  const { deps, seen } = aDelivery({ lateMs: [40_000] });
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'later', waitMs: 0 });
  expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'returned' }] });
});

test('a permit that holds for long does not outlast the lease', async () => {
  const { deps, seen } = aDelivery({ lateMs: [40_000], permitHoldsMs: Number.POSITIVE_INFINITY });
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'later', waitMs: 0 });
  expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'returned' }] });
});

test('a hold that was placed before the first byte stops a late call, and spends nothing', async () => {
  const { deps, seen } = aDelivery({ lateMs: [permitHoldsMs + 1], heldAfterPermit: 2 });
  expect(await deliverSend(deps, job, never)).toMatchObject({ kind: 'later' });
  expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'retry', isSpent: false }] });
});

const attachment = { hash: 'h', filename: 'a.txt', contentType: 'text/plain', contentId: null, sizeBytes: 1 };

const tracked = { trackClicks: true, linkSecret: new Uint8Array(32) };

test('the links of a send are tracked after it was rendered, and of no other is anything changed', async () => {
  const { deps, seen } = aDelivery({ send: tracked });
  await deliverSend(deps, job, never);
  expect(seen).toMatchObject({ rewritten: 1, messages: [{ html: '<p>Hello</p><!-- tracked -->' }] });
  const plain = aDelivery({ send: { linkSecret: new Uint8Array(32) } });
  await deliverSend(plain.deps, job, never);
  expect(plain.seen).toMatchObject({ rewritten: 0, messages: [{ html: '<p>Hello</p>' }] });
});

test('links that would lead nowhere keep a send back, attempt by attempt, until it fails; a simulated one leaves for nowhere', async () => {
  const linked = { publicUrl: 'http://localhost:3001', send: { subscriptionGroupId: 'group' } };
  const { deps, seen } = aDelivery(linked);
  expect(await deliverSend(deps, job, never)).toMatchObject({ kind: 'later' });
  const last = aDelivery({ ...linked, send: { confirmsGroupId: 'group', attempt: 8, attemptsSpent: 7 } });
  expect(await deliverSend(last.deps, job, never)).toEqual({ kind: 'failed', failureClass: 'links' });
  expect([...seen.records, ...last.seen.records]).toMatchObject([
    { kind: 'retry', isSpent: true, error: { code: 'LinksLeadNowhere' } },
    { kind: 'failed', message: expect.stringContaining('PUBLIC_URL of the worker') },
  ]);
  expect(seen.calls + last.seen.calls).toBe(0);
  const simulated = aDelivery({ ...linked, send: { ...linked.send, simulated: true } });
  expect(await deliverSend(simulated.deps, job, never)).toEqual({ kind: 'done' });
});

test.each(['snapshot', 'render', 'rewrite', 'attachments', 'acquire'] as const)(
  'a failing %s before the call leaves nothing in doubt: the send is tried again',
  async (what) => {
    const { id, workspaceId } = aClaimedSend();
    const send = { ...tracked, attachments: [attachment], id, workspaceId };
    const { deps, seen } = aDelivery({ failing: { [what]: 1 }, send });
    expect(await deliverSend(deps, job, never)).toMatchObject({ kind: 'later' });
    expect(seen).toMatchObject({ calls: 0, troubles: 1, records: [{ kind: 'retry', isSpent: true }] });
    expect(seen.troubled).toEqual([id, workspaceId]);
  },
);

test('an answer that could not be written down at first is written later, and SES is not called again', async () => {
  const { deps, seen } = aDelivery({ failing: { record: 40 } });
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'done' });
  expect(seen).toMatchObject({ calls: 1, troubles: 40, records: [{ kind: 'sent' }], evidence: [] });
  // Longer than the lease: nobody may have looked meanwhile.
  expect(seen.pausedMs).toBeGreaterThan(limits.leaseMs);
});

test('one that can never be written down is let go of after minutes', async () => {
  const { deps, seen } = aDelivery({ failing: { record: Number.POSITIVE_INFINITY } });
  await expect(deliverSend(deps, job, never)).rejects.toThrow('no record');
  expect(seen.pausedMs).toBeGreaterThanOrEqual(300_000);
});

test('an acceptance that comes after the lease has ended is kept as evidence, and the job stays', async () => {
  const { deps, seen } = aDelivery({ isTooLate: true });
  expect(await deliverSend(deps, job, never)).toMatchObject({ kind: 'later' });
  expect(seen.evidence).toEqual(['m-1']);
});

test.each([false, true])(
  'what a simulated send comes to is reported until it is written, also of one that another has by now: %s',
  async (isTooLate) => {
    const { deps, seen } = aDelivery({ isTooLate, send: { simulated: true }, failing: { report: 2 } });
    expect(await deliverSend(deps, job, never)).toMatchObject({ kind: isTooLate ? 'later' : 'done' });
    expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'sent' }], troubles: 2, reported: 1 });
  },
);

test('a sender that SES refused is flagged once the database takes it', async () => {
  const refused = { kind: 'sender_unverified', error } as const;
  const { deps, seen } = aDelivery({
    send: { senderProfileId: 'p-1' },
    outcome: refused,
    failing: { flag: 2 },
  });
  expect(await deliverSend(deps, job, never)).toMatchObject({ kind: 'failed' });
  expect(seen).toMatchObject({ troubles: 2, flagged: 1 });
});

test('the job of a send in doubt stays, so that it can end as the send does', async () => {
  const { deps, seen } = aDelivery({ outcome: { kind: 'in_doubt', error } });
  expect(await deliverSend(deps, job, never)).toMatchObject({ kind: 'later' });
  expect(seen.records).toMatchObject([{ kind: 'in_doubt' }]);
});

test.each([
  [{ kind: 'gone' }, { kind: 'done' }],
  [
    { kind: 'busy', waitMs: 5 },
    { kind: 'later', waitMs: 5 },
  ],
  [
    { kind: 'held', scope: 'sender_profile:a', workspaceId: 'its', waitMs: 5 },
    { kind: 'later', waitMs: 5, heldOf: 'its' },
  ],
  [
    { kind: 'paused', workspaceId: 'its', waitMs: 5 },
    { kind: 'later', waitMs: 5, heldOf: 'its' },
  ],
  [
    { kind: 'failed', failureClass: 'in_doubt' },
    { kind: 'failed', failureClass: 'in_doubt' },
  ],
] as const)('a claim that is answered %j ends the job as %j', async (claim, verdict) => {
  const { deps, seen } = aDelivery({ claim });
  expect(await deliverSend(deps, job, never)).toEqual(verdict);
  expect(seen).toMatchObject({ calls: 0, records: [] });
});

describe('what could not be rendered just now', () => {
  test('comes again at its turn, if that is later than it would come by itself', async () => {
    const rendering = { kind: 'busy', refusal: 'own_line_full' } as const;
    const { deps, seen } = aDelivery({ rendering, turnMs: 12_345.6 });
    expect(await deliverSend(deps, job, never)).toEqual({ kind: 'later', waitMs: 12_346 });
    expect(seen.ended).toBe(0);
    const other = aDelivery({ rendering: { kind: 'failed', reason: 'It cannot be.' } });
    await deliverSend(other.deps, job, never);
    expect(other.seen.ended).toBe(1);
  });

  test.each([
    [1, 0, 500],
    [2, 0, 1_000],
    [4, 1, 2_000],
    [60, 0, 4_000],
  ])(
    'goes back untouched, more and more rarely: attempt %i, %i of them spent',
    async (attempt, attemptsSpent, delayMs) => {
      const rendering = { kind: 'busy', refusal: 'own_line_full' } as const;
      const { deps, seen } = aDelivery({ rendering, send: { attempt, attemptsSpent } });
      expect(await deliverSend(deps, job, never)).toEqual({ kind: 'later', waitMs: delayMs });
      expect(seen).toMatchObject({ calls: 0, permits: 0, records: [{ kind: 'returned', delayMs }] });
    },
  );

  test('spends an attempt if it was stopped, and ends by what stopped it when none is left', async () => {
    const rendering = { kind: 'stopped', reason: 'rendering took longer than 1000 ms' } as const;
    const early = aDelivery({ rendering, send: { attempt: 3, attemptsSpent: 2 } });
    await deliverSend(early.deps, job, never);
    expect(early.seen.records).toMatchObject([
      { kind: 'retry', isSpent: true, error: { code: 'RenderingStopped' } },
    ]);
    const last = aDelivery({ rendering, send: { attempt: 12, attemptsSpent: 7 } });
    expect(await deliverSend(last.deps, job, never)).toEqual({ kind: 'failed', failureClass: 'rendering' });
    expect(last.seen.records).toMatchObject([
      { kind: 'failed', message: expect.stringContaining('rendering took longer than 1000 ms') },
    ]);
  });

  test.each([
    ['the lease of production', {}, 3_000],
    ['a shorter one', { leaseMs: 16_000 }, 1_750],
    ['one that leaves hardly any time', { leaseMs: 10_500 }, 500],
  ])('waits no longer than %s allows', async (_, some, waitMs) => {
    const { deps, seen } = aDelivery({ limits: some });
    await deliverSend(deps, job, never);
    expect(seen.askers).toMatchObject([{ workspaceId: aClaimedSend().workspaceId, waitMs }]);
  });

  test.each([
    [1, 0, 0],
    [6, 0, 5],
    [6, 2, 3],
    [4, 4, 0],
  ])(
    'says how often it was handed back: attempt %i, %i of them spent',
    async (attempt, attemptsSpent, turnsMissed) => {
      const { deps, seen } = aDelivery({ send: { attempt, attemptsSpent } });
      await deliverSend(deps, job, never);
      expect(seen.askers).toMatchObject([{ turnsMissed }]);
    },
  );
});

describe('memory for what is in hand', () => {
  const file = {
    hash: 'h',
    filename: 'a.pdf',
    contentType: 'application/pdf',
    contentId: null,
    sizeBytes: 700,
  };
  const send = { attachments: [file, { ...file, sizeBytes: 300 }] };

  test('is taken for the attachments before anything is rendered, and for the text before they are read', async () => {
    const { deps, seen } = aDelivery({ send });
    await deliverSend(deps, job, never);
    expect(seen).toMatchObject({
      placed: [1_000, 'Hello<p>Hello</p>'.length],
      left: 1,
      calls: 1,
      fetched: 1,
    });
  });

  test.each([
    ['ASCII', 'abc', 3],
    ['Latin', 'äbc', 6],
    ['wide', '\u20acbc', 6],
    ['widest', '\u20ac\u20ac', 6],
  ])('counts a text as it is kept: %s', async (_, html, bytes) => {
    const content = { subject: '', html, text: null };
    const { deps, seen } = aDelivery({ rendering: { kind: 'rendered', content } });
    await deliverSend(deps, job, never);
    expect(seen.placed).toEqual([0, bytes]);
  });

  test.each(['send', 'text'] as const)(
    'a %s without room goes back untouched, and leaves',
    async (crowded) => {
      const { deps, seen } = aDelivery({ send, crowded });
      expect(await deliverSend(deps, job, never)).toEqual({ kind: 'later', waitMs: 500 });
      expect(seen).toMatchObject({
        calls: 0,
        permits: 0,
        fetched: 0,
        records: [{ kind: 'returned', delayMs: 500 }],
      });
      expect(seen.left).toBe(crowded === 'send' ? 0 : 1);
    },
  );

  test.each(['render', 'attachments', 'acquire'] as const)(
    'is left when there is trouble: %s',
    async (what) => {
      const { deps, seen } = aDelivery({ send, failing: { [what]: 1 } });
      await deliverSend(deps, job, never);
      expect(seen).toMatchObject({ calls: 0, left: 1 });
    },
  );
});
