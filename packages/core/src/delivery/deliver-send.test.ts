import { expect, test } from '@jest/globals';
import { aClaimedSend } from '../../test/a-claimed-send.ts';
import type { AttemptRecord, ClaimedSend } from './claim.ts';
import { type DeliverDeps, deliverSend } from './deliver-send.ts';

const limits = { maxAttempts: 8, leaseMs: 30_000, requestTimeoutMs: 10_000, holdMs: 1_000 };
const job = { sendId: 'send', epoch: 0 };

/** One delivery in memory; `shareTakesMs` passes while the send waits for its share of the rate. */
function aDelivery(
  options: {
    readonly send?: Partial<ClaimedSend>;
    readonly shareTakesMs?: number;
    readonly heldAfterShare?: boolean;
  } = {},
) {
  const seen = { calls: 0, records: [] as AttemptRecord['result'][], isShared: false };
  let clockMs = 0;
  const deps: DeliverDeps = {
    claim: async () => ({ kind: 'claimed', send: aClaimedSend(options.send) }),
    record: async ({ result }) => {
      seen.records.push(result);
      return { isRecorded: true };
    },
    recordEvidence: async () => undefined,
    reportSimulated: async () => undefined,
    flagSender: async () => undefined,
    snapshot: async (id) => ({ id, kind: 'template', subject: 'Hello', html: '<p>Hello</p>', text: null }),
    renderer: {
      render: async () => ({
        kind: 'rendered',
        content: { subject: 'Hello', html: '<p>Hello</p>', text: null },
      }),
    },
    publicUrl: 'https://mail.example.com',
    attachments: async () => [],
    provider: {
      send: async () => {
        seen.calls += 1;
        return { kind: 'accepted', providerMessageId: 'm-1' };
      },
    },
    pacer: {
      acquire: async () => {
        clockMs += options.shareTakesMs ?? 0;
        seen.isShared = true;
        return { kind: 'granted' };
      },
      slowDown: async () => undefined,
    },
    holds: {
      isHeld: () => options.heldAfterShare === true && seen.isShared,
      givenUp: () => null,
      place: async () => undefined,
    },
    newLeaseToken: () => 'token',
    random: () => 0,
    monotonicMs: () => clockMs,
    crashPoint: () => undefined,
    limits,
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
  const { deps, seen } = aDelivery({ shareTakesMs: 20_000 });
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'later', waitMs: 0 });
  expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'returned' }] });
});

test('a send that SES turned out to have taken is recorded and not repeated', async () => {
  const { deps, seen } = aDelivery({ send: { acceptedEarlierAs: 'm-0' } });
  expect(await deliverSend(deps, job, never)).toEqual({ kind: 'done' });
  expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'sent', providerMessageId: 'm-0' }] });
});

test('a hold that was placed while the send waited for its share stops it, and spends nothing', async () => {
  const { deps, seen } = aDelivery({ heldAfterShare: true });
  expect(await deliverSend(deps, job, never)).toMatchObject({ kind: 'later' });
  expect(seen).toMatchObject({ calls: 0, records: [{ kind: 'retry', isSpent: false }] });
});
