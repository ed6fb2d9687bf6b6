import { randomUUID } from 'node:crypto';
import type { AttemptRecord, ProviderEvent } from '@postroom/core';
import {
  AttemptStore,
  ClaimStore,
  type Database,
  EventStore,
  SendChangeStore,
  SweepStore,
} from '../../src/index.ts';
import type { Model } from './model.ts';

type World = Pick<Database, 'prisma' | 'sql'> & { readonly id: string; readonly workspaceId: string };

/** One thing that happens to a send; `pick` chooses among what it can happen with. */
export type Move = {
  readonly kind: 'claim' | 'begin' | 'record' | 'expire' | 'resolve' | 'event' | 'sweep' | 'cancel' | 'retry';
  readonly pick: number;
};

type Play = (world: World, model: Model, move: Move & { readonly token: string }) => Promise<void>;

const error = { code: 'Stub', message: 'said by the script', httpStatus: 400 };
const windows = { inDoubtWindowMs: 3_600_000 };

const results = [
  { kind: 'sent', providerMessageId: 'm-1', subject: null },
  { kind: 'in_doubt', error },
  { kind: 'retry', delayMs: -1, isSpent: true, error },
  { kind: 'retry', delayMs: -1, isSpent: false, error },
  { kind: 'failed', failureClass: 'rejected', message: 'refused', error },
  { kind: 'skipped', message: 'unsubscribed', isSuppressed: false },
  { kind: 'returned', delayMs: -1 },
] as const satisfies readonly AttemptRecord['result'][];

const statusAfter = {
  sent: 'Sent',
  in_doubt: 'Processing',
  retry: 'Queued',
  failed: 'Failed',
  skipped: 'Skipped',
  returned: 'Queued',
} as const;

const proofs = ['send', 'delivery', 'bounce', 'complaint', 'delay', 'reject'] as const;

const settle = (model: Model) => {
  if (!model.isInDoubt || !model.isProven) return;
  model.status = 'Sent';
  model.isInDoubt = false;
};

/** A job of this epoch or of one before it. */
const claim: Play = async ({ sql, id }, model, { pick, token }) => {
  const epoch = model.epoch - (pick % 4 === 0 ? 1 : 0);
  const request = { sendId: id, epoch, leaseToken: token };
  const isBusy = pick % 3 !== 0;
  await new ClaimStore(sql).claim([request], { leaseMs: 3_600_000, worker: 'model', isBusy });
  if (model.status !== 'Queued' || epoch !== model.epoch) return;
  model.status = 'Processing';
  model.lease = token;
  model.attempts += 1;
  model.claims.push({ token, attempt: model.attempts });
  model.isBegun = !isBusy;
};

/** Any worker that ever had the send is about to call, and may only if it still has it. */
const begin: Play = async ({ sql, id }, model, { pick }) => {
  const its = pick % 3 === 0 ? model.claims[pick % Math.max(1, model.claims.length)] : model.claims.at(-1);
  if (its === undefined) return;
  const begun = await new AttemptStore(sql).begin([
    { sendId: id, leaseToken: its.token, attempt: its.attempt },
  ]);
  if (begun.has(its.token) !== (its.token === model.lease))
    throw new Error('the beginning was answered wrongly');
  if (its.token === model.lease) model.isBegun = true;
};

/** Any worker that ever had the send says what it learned, in time or too late. */
const record: Play = async ({ sql, id }, model, { pick }) => {
  const late = model.claims[pick % Math.max(1, model.claims.length)];
  const its = pick % 3 === 0 ? late : model.claims.at(-1);
  const result = results[pick % results.length];
  if (its === undefined || result === undefined) return;
  await new AttemptStore(sql).record(
    [{ sendId: id, leaseToken: its.token, attempt: its.attempt, result }],
    windows,
  );
  await new EventStore(sql).settle([id]);
  if (its.token === model.lease) {
    const isSpent = result.kind === 'retry' ? result.isSpent : !['skipped', 'returned'].includes(result.kind);
    model.status = statusAfter[result.kind];
    model.lease = null;
    model.isInDoubt = result.kind === 'in_doubt';
    model.spent += isSpent ? 1 : 0;
    model.failureClass = result.kind === 'failed' ? result.failureClass : null;
  }
  settle(model);
};

/** The worker dies, and its lease ends. */
const expire: Play = async ({ prisma, sql, id }, model) => {
  await prisma.$executeRaw`UPDATE email_sends SET lease_until = now() - interval '1 second', sweep_at = now() - interval '1 second'
    WHERE id = ${id}::uuid AND lease_token IS NOT NULL`;
  const { inDoubt } = await new SweepStore(sql).expireLeases({ limit: 100, ...windows });
  if (inDoubt.includes(id)) await new EventStore(sql).settle([id]);
  if (model.lease === null) return;
  model.lease = null;
  model.isInDoubt = model.isBegun;
  model.spent += model.isBegun ? 1 : 0;
  model.status = model.isBegun ? 'Processing' : 'Queued';
  model.epoch += model.isBegun ? 0 : 1;
  settle(model);
};

/** The window of a send in doubt ends, under either policy. */
const resolve: Play = async ({ prisma, sql, id }, model, { pick }) => {
  const policy = pick % 2 === 0 ? 'resend' : 'hold';
  await prisma.$executeRaw`UPDATE email_sends SET sweep_at = now() - interval '1 second'
    WHERE id = ${id}::uuid AND in_doubt_since IS NOT NULL`;
  const policies = { transactional: policy, marketing: policy } as const;
  await new SweepStore(sql).resolveDoubts({ limit: 100, maxAttempts: 1_000, policies });
  if (!model.isInDoubt) return;
  model.isInDoubt = false;
  model.status = policy === 'resend' ? 'Queued' : 'Failed';
  model.epoch += policy === 'resend' ? 1 : 0;
  model.resends += policy === 'resend' ? 1 : 0;
  model.failureClass = policy === 'resend' ? null : 'in_doubt';
};

/** SES reports something, possibly the same thing again. */
const event: Play = async ({ sql, id }, model, { pick }) => {
  const type = proofs[pick % proofs.length] ?? 'send';
  const one: ProviderEvent = {
    sourceId: pick % 2 === 0 ? randomUUID() : `${id}-${type}`,
    type,
    sendId: id,
    attempt: 1,
    providerMessageId: 'm-1',
    occurredAt: new Date(),
    isPermanentBounce: type === 'bounce' ? true : null,
    recipients: [],
    detail: {},
  };
  await new EventStore(sql).record([one, one]);
  model.isProven = true;
  settle(model);
};

/** A finished job holds the id: the sweeper asks for another one. A sweeper that is late knows an older epoch. */
const sweep: Play = async ({ sql, id, workspaceId }, model, { pick }) => {
  const epoch = model.epoch - (pick % 3 === 0 ? 1 : 0);
  await new SweepStore(sql).raiseEpochs([
    { sendId: id, workspaceId, epoch, lane: 'transactional', accountId: null },
  ]);
  if (model.status === 'Queued' && epoch === model.epoch) model.epoch += 1;
};

const cancel: Play = async ({ prisma, id, workspaceId }, model) => {
  const changed = await new SendChangeStore(prisma).cancel({ id, workspaceId, isSimulated: false });
  if (changed?.isChanged !== (model.status === 'Queued'))
    throw new Error('the cancellation was answered wrongly');
  if (model.status === 'Queued') model.status = 'Canceled';
};

/** Somebody retries a failure that they have seen, or an older one. */
const retry: Play = async ({ prisma, id, workspaceId }, model, { pick }) => {
  const epoch = model.epoch - (pick % 3 === 0 ? 1 : 0);
  await new SendChangeStore(prisma).retry({ id, workspaceId, isSimulated: false }, { epoch, sender: null });
  if (model.status !== 'Failed' || epoch !== model.epoch) return;
  model.status = 'Queued';
  model.epoch += 1;
  model.resends += model.failureClass === 'in_doubt' ? 1 : 0;
  model.failureClass = null;
};

/** Does each thing to the database, and says of the model what has to come of it. */
export const moves: Readonly<Record<Move['kind'], Play>> = {
  claim,
  begin,
  record,
  expire,
  resolve,
  event,
  sweep,
  cancel,
  retry,
};
