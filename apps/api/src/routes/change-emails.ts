import { type CanceledBatch, rescheduleSchema, type SendStatus } from '@postroom/contracts';
import {
  assertNever,
  found,
  notFound,
  PostroomError,
  type RetryOutcome,
  type RetrySendDeps,
  retrySend,
  type SendRef,
  type StoredSend,
} from '@postroom/core';
import type { SendChangeStore, SendReadStore } from '@postroom/db';
import { type RequestHandler, Router } from 'express';
import { noQuerySchema, parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentBatch } from '../present/batch.ts';
import { namedSendOf, presentNamed } from './named-send.ts';
import { ownedRefOf } from './resource-request.ts';

export type ChangeEmailsDeps = RetrySendDeps & {
  readonly changes: SendChangeStore;
  readonly batches: Pick<SendReadStore, 'findBatch'>;
};

const what = 'email';

const refuseQuery: RequestHandler = (request, _response, next) => {
  parse(noQuerySchema, request.query);
  next();
};

const conflict = (status: SendStatus, message: string) =>
  new PostroomError('state_conflict', message, { details: { status } });

const mustBe = (status: SendStatus, needed: string) =>
  conflict(status, `This email is ${status}: only one that is ${needed}.`);

type Changes = Pick<ChangeEmailsDeps, 'changes'>;

/** Cancels a send, or tells why it cannot be. */
export async function cancelSend({ changes }: Changes, ref: SendRef): Promise<StoredSend> {
  const { send, isChanged } = found(await changes.cancel(ref), what);
  if (isChanged || send.status === 'Canceled') return send;
  throw mustBe(send.status, 'Scheduled or Queued can be canceled');
}

/** Moves a scheduled send, or tells why it cannot be. */
export async function moveSend({ changes }: Changes, ref: SendRef, to: Date): Promise<StoredSend> {
  const { send, isChanged } = found(await changes.reschedule(ref, to), what);
  if (isChanged) return send;
  throw mustBe(send.status, 'Scheduled can be moved');
}

function retried(outcome: RetryOutcome): StoredSend {
  if (outcome.kind === 'missing') throw notFound(what);
  if (outcome.kind === 'retried') return outcome.send;
  const { status, reason } = outcome;
  switch (reason) {
    case 'not_failed':
      throw mustBe(status, 'Failed can be retried');
    case 'beaten':
      throw conflict(status, `Another request retried this email first; it is ${status}.`);
    case 'sender_not_verified':
      throw conflict(
        status,
        `This email is ${status}, and its sender is not verified: verify the address or its domain first.`,
      );
    case 'never_accepted':
      throw conflict(
        status,
        `This email is ${status} because its idempotency key belongs to another one, or its API key may not use its sender: send it anew.`,
      );
    case 'recipient_erased':
      throw conflict(
        status,
        `This email is ${status}, and its recipient was erased: there is nobody to send it to.`,
      );
    case 'content_removed':
      throw conflict(
        status,
        `This email is ${status}, and its content was removed because of its age: send it anew.`,
      );
    default:
      return assertNever(reason);
  }
}

/** Cancels, retries and moves sends; the actions have no body, and read none. */
export function changeEmailsRoutes(deps: ChangeEmailsDeps): Router {
  const router = Router();
  const before = [requireScope('emails:write'), refuseQuery];
  router.post('/emails/:id/cancel', ...before, async (request, response) => {
    const named = namedSendOf(request, response);
    response.json(presentNamed(named, await cancelSend(deps, named.ref)));
  });
  router.post('/emails/:id/retry', ...before, async (request, response) => {
    const named = namedSendOf(request, response);
    response.json(presentNamed(named, retried(await retrySend(deps, named.ref))));
  });
  router.patch('/emails/:id', ...before, ...jsonBody(smallBodyBytes), async (request, response) => {
    const named = namedSendOf(request, response);
    const scheduledAt = parse(rescheduleSchema, request.body);
    response.json(presentNamed(named, await moveSend(deps, named.ref, scheduledAt)));
  });
  router.post('/batches/:id/cancel', ...before, async (request, response) => {
    const ref = ownedRefOf(request, response, 'batch');
    const canceled = await deps.changes.cancelBatch(ref);
    const batch = presentBatch(found(await deps.batches.findBatch(ref), 'batch'));
    response.json({ ...batch, canceled } satisfies CanceledBatch);
  });
  return router;
}
