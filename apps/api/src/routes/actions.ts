import { createActionSchema, maxOpenActions, sendsFilterSchema } from '@postroom/contracts';
import { filterOfAction, found, lacksScope, PostroomError, sendsFilterOf } from '@postroom/core';
import type { ActionStore, SendReadStore } from '@postroom/db';
import { type RequestHandler, Router } from 'express';
import { sendsCsv } from '../csv/sends-csv.ts';
import { writeCsv } from '../csv/write-csv.ts';
import { parse } from '../http/parse.ts';
import { mayUse, refuseWithout, requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentAction } from '../present/action.ts';
import { ownedRefOf, ownerOf, sightOf } from './resource-request.ts';
import { idempotencyHeaderOf } from './send-emails.ts';

export type ActionRouteDeps = { readonly actions: ActionStore; readonly sends: SendReadStore };

const what = 'action';
const path = '/emails/actions';

/** What may be done depends on the action, which the body says: a key that may neither change nor read is refused before it. */
const mayAsk: RequestHandler = (_request, response, next) => {
  if (!mayUse(response, 'emails:write') && !mayUse(response, 'emails:read')) throw lacksScope('emails:write');
  next();
};

const refusals = {
  full: () =>
    new PostroomError(
      'state_conflict',
      `${maxOpenActions} actions of this workspace wait or are under way, as many as may: wait for one, or stop one.`,
      { details: { max: maxOpenActions } },
    ),
  reused: () =>
    new PostroomError(
      'idempotency_key_reuse',
      'This Idempotency-Key belongs to another action: send it anew with a key of its own.',
    ),
};

/** `/emails/actions`: what is done with all sends that a filter lets through. The workers do it. */
export function actionRoutes({ actions, sends }: ActionRouteDeps): Router {
  const router = Router();
  router.post(path, mayAsk, ...jsonBody(smallBodyBytes), async (request, response) => {
    const { action, filter: asked } = parse(createActionSchema, request.body);
    refuseWithout(response, action === 'export' ? 'emails:read' : 'emails:write');
    const owner = ownerOf(response);
    const filter = filterOfAction(action, sendsFilterOf(asked));
    const idempotencyKey = idempotencyHeaderOf(request);
    const matched = await sends.count(owner, filter);
    const requested = await actions.request({ ...owner, action, asked, matched, idempotencyKey });
    if (!('action' in requested)) throw refusals[requested.kind]();
    response.status(requested.kind === 'made' ? 201 : 200).json(presentAction(requested.action));
  });
  router.get(`${path}/:id`, requireScope('emails:read'), async (request, response) => {
    const ref = ownedRefOf(request, response, what);
    response.json(presentAction(found(await actions.find(sightOf(ref)), what)));
  });
  router.post(`${path}/:id/stop`, requireScope('emails:write'), async (request, response) => {
    const stopped = found(await actions.stop(ownedRefOf(request, response, what)), what);
    if (stopped.state === 'done') {
      throw new PostroomError('state_conflict', 'This action is done: there is nothing left to stop.', {
        details: { state: stopped.state },
      });
    }
    response.json(presentAction(stopped));
  });
  router.get(`${path}/:id/export`, requireScope('emails:read'), async (request, response) => {
    const ref = ownedRefOf(request, response, what);
    const exported = found(await actions.find(sightOf(ref)), what);
    const { action, asked, isSimulated, senderProfileIds, createdAt } = exported;
    if (action !== 'export') {
      throw new PostroomError('state_conflict', `This action is a ${action}: only an export has a file.`, {
        details: { action },
      });
    }
    const filter = sendsFilterOf(parse(sendsFilterSchema, asked));
    const owner = { workspaceId: ref.workspaceId, isSimulated, senderProfileIds };
    await writeCsv(response, sendsCsv(sends, { id: ref.id, owner, filter, askedAt: createdAt }));
  });
  return router;
}
