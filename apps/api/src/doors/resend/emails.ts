import {
  expected,
  maxResendBatch,
  parseSendId,
  type ResendBatch,
  readResendEmail,
  resendFieldNames,
  resendPageSchema,
  resendUpdateSchema,
} from '@postroom/contracts';
import { found, invalidField, PostroomError, type SendRef, type SnapshotContent } from '@postroom/core';
import type { SendChangeStore, SendReadStore } from '@postroom/db';
import { type Request, type Response, Router } from 'express';
import * as z from 'zod';
import { noQuerySchema, parse } from '../../http/parse.ts';
import { requireScope } from '../../middleware/authenticate.ts';
import { batchBodyBytes, jsonBody, smallBodyBytes } from '../../middleware/json-body.ts';
import { cancelSend, moveSend } from '../../routes/change-emails.ts';
import { itemRefusal } from '../../routes/item-refusal.ts';
import type { ReadGates } from '../../routes/read-gates.ts';
import { ownerOf, sightOf } from '../../routes/resource-request.ts';
import { type TakeSendsDeps, takeSends } from '../take-sends.ts';
import { presentListed, presentShown } from './present-email.ts';

export type ResendEmailDeps = TakeSendsDeps &
  ReadGates & {
    readonly changes: SendChangeStore;
    readonly sends: Pick<SendReadStore, 'find' | 'list'>;
    /** What a send is made from. */
    readonly snapshot: (id: string) => Promise<SnapshotContent>;
  };

const what = 'email';

const batchSchema = z
  .array(z.unknown(), expected('an array of emails'))
  .min(1, 'must hold at least 1 email')
  .max(maxResendBatch, `must hold at most ${maxResendBatch} emails`);

function refOf(request: Request, response: Response): SendRef {
  const id = parseSendId(String(request.params.id));
  if (id === null) throw invalidField('id', 'must be a UUID');
  return { ...ownerOf(response), id: id.uuid };
}

/** Whether one bad email refuses the batch; `x-batch-validation` says so, as at Resend. */
function isStrict(request: Request): boolean {
  const mode = request.header('x-batch-validation') ?? 'strict';
  if (mode === 'strict' || mode === 'permissive') return mode === 'strict';
  throw invalidField('x-batch-validation', 'must be strict or permissive');
}

async function postOne(deps: ResendEmailDeps, request: Request, response: Response): Promise<void> {
  const reading = { emails: [request.body], read: readResendEmail, names: resendFieldNames, isWhole: true };
  const outcome = await takeSends(deps, { request, response }, reading);
  const only = outcome.kind === 'taken' ? outcome.outcomes[0] : outcome.rejections.get(0);
  if (only?.kind !== 'accepted') throw itemRefusal(only);
  response.json({ id: only.send.id });
}

async function postBatch(deps: ResendEmailDeps, request: Request, response: Response): Promise<void> {
  const emails = parse(batchSchema, request.body);
  const isWhole = isStrict(request);
  const reading = { emails, read: readResendEmail, names: resendFieldNames, isWhole };
  const outcome = await takeSends(deps, { request, response }, reading);
  const all = outcome.kind === 'taken' ? [...outcome.outcomes.entries()] : [...outcome.rejections];
  const errors = all.flatMap(([index, one]) =>
    one.kind === 'rejected' ? [{ index, message: one.message }] : [],
  );
  const [[first, rejected] = []] = all.filter(([, { kind }]) => kind === 'rejected');
  if (isWhole && rejected !== undefined) {
    const { code, message, details } = itemRefusal(rejected);
    throw new PostroomError(code, `The email at index ${first}: ${message}`, details ? { details } : {});
  }
  const data = all.flatMap(([, one]) => (one.kind === 'accepted' ? [{ id: one.send.id }] : []));
  response.json({ data, ...(isWhole ? {} : { errors }) } satisfies ResendBatch);
}

/** `/emails` as Resend has it: sending, reading, moving and canceling. */
export function resendEmailRoutes(deps: ResendEmailDeps): Router {
  const router = Router();
  const mayWrite = requireScope('emails:write');
  const mayRead = requireScope('emails:read');
  router.post('/emails', mayWrite, ...jsonBody(batchBodyBytes), async (request, response) => {
    parse(noQuerySchema, request.query);
    await postOne(deps, request, response);
  });
  router.post('/emails/batch', mayWrite, ...jsonBody(batchBodyBytes), async (request, response) => {
    parse(noQuerySchema, request.query);
    await postBatch(deps, request, response);
  });
  router.get('/emails', mayRead, async (request, response) => {
    const { limit, after } = parse(resendPageSchema, request.query);
    const owner = ownerOf(response);
    const { items, hasMore } = await deps.listGate(owner.workspaceId)(() =>
      deps.sends.list(owner, { filter: {}, limit, cursor: after }),
    );
    response.json({ object: 'list', has_more: hasMore, data: items.map(presentListed) });
  });
  router.get('/emails/:id', mayRead, async (request, response) => {
    const seen = sightOf(refOf(request, response));
    await deps.contentGate(seen.workspaceId)(async () => {
      const send = found(await deps.sends.find(seen), what);
      response.json(presentShown(send, await deps.snapshot(send.snapshotId)));
    });
  });
  router.patch('/emails/:id', mayWrite, ...jsonBody(smallBodyBytes), async (request, response) => {
    const ref = refOf(request, response);
    const { scheduled_at } = parse(resendUpdateSchema, request.body);
    const { id } = await moveSend(deps, ref, scheduled_at);
    response.json({ object: 'email', id });
  });
  router.post('/emails/:id/cancel', mayWrite, async (request, response) => {
    const { id } = await cancelSend(deps, refOf(request, response));
    response.json({ object: 'email', id });
  });
  return router;
}
