import {
  createWebhookSchema,
  pageQuerySchema,
  type ReplayedWebhook,
  replayWebhookSchema,
  testWebhookSchema,
  updateWebhookSchema,
  uuidSchema,
  webhookDeliveriesQuerySchema,
} from '@postroom/contracts';
import {
  createWebhook,
  exampleFacts,
  found,
  notFound,
  requireEnabled,
  rotateWebhookSecret,
  type SaveWebhookDeps,
  updateWebhook,
  webhookWhat,
} from '@postroom/core';
import type { NoticeLogStore, NoticeRef, StoredWebhook, WebhookEndpointStore } from '@postroom/db';
import { type Request, type Response, Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentPageById } from '../present/page.ts';
import {
  presentDeliveries,
  presentDeliveryLog,
  presentWebhook,
  presentWithSecret,
} from '../present/webhook.ts';
import { ownedRefOf, ownerOf } from './resource-request.ts';

export type WebhookRouteDeps = SaveWebhookDeps<StoredWebhook> & {
  readonly webhooks: WebhookEndpointStore;
  readonly notices: NoticeLogStore;
};

const deliveryWhat = 'delivery';
const mayManage = requireScope('admin');
const body = jsonBody(smallBodyBytes);
const optionalBody = jsonBody(smallBodyBytes, { mayBeLeftOut: true });
const refOf = (request: Request, response: Response) => ownedRefOf(request, response, webhookWhat);

/** The delivery that a path names, of an endpoint of the caller's workspace and mode. */
function deliveryRefOf(request: Request, response: Response): NoticeRef {
  const id = uuidSchema.safeParse(request.params.deliveryId);
  if (!id.success) throw notFound(deliveryWhat);
  return { webhook: refOf(request, response), id: id.data };
}

/** `/webhooks`: where the workspace is told of what happens. Each mode of keys has its own. */
function endpointRoutes(deps: WebhookRouteDeps): Router {
  const { webhooks } = deps;
  const router = Router();
  router.post('/webhooks', mayManage, ...body, async (request, response) => {
    const input = parse(createWebhookSchema, request.body);
    const made = await createWebhook(deps, ownerOf(response), input);
    response.status(201).set('cache-control', 'no-store').json(presentWithSecret(made));
  });
  router.get('/webhooks', mayManage, async (request, response) => {
    const page = await webhooks.list(ownerOf(response), parse(pageQuerySchema, request.query));
    response.json(presentPageById(page, presentWebhook));
  });
  router.get('/webhooks/:id', mayManage, async (request, response) => {
    const webhook = await webhooks.find(refOf(request, response));
    response.json(presentWebhook(found(webhook, webhookWhat)));
  });
  router.patch('/webhooks/:id', mayManage, ...body, async (request, response) => {
    const ref = refOf(request, response);
    const input = parse(updateWebhookSchema, request.body);
    response.json(presentWebhook(await updateWebhook(deps, ref, input)));
  });
  router.delete('/webhooks/:id', mayManage, async (request, response) => {
    if (!(await webhooks.remove(refOf(request, response)))) throw notFound(webhookWhat);
    response.status(204).end();
  });
  router.post('/webhooks/:id/rotate-secret', mayManage, async (request, response) => {
    const rotated = await rotateWebhookSecret(deps, refOf(request, response));
    response.set('cache-control', 'no-store').json(presentWithSecret(rotated));
  });
  return router;
}

/** What was sent to an endpoint, and sending it again. */
function deliveryRoutes({ webhooks, notices }: WebhookRouteDeps): Router {
  const router = Router();
  router.post('/webhooks/:id/test', mayManage, ...optionalBody, async (request, response) => {
    const ref = refOf(request, response);
    const { event: type } = parse(testWebhookSchema, request.body);
    requireEnabled(await webhooks.find(ref));
    const notice = found(await notices.addTest(ref, { type, facts: exampleFacts(type) }), webhookWhat);
    response.status(202).json(presentDeliveryLog({ notice, attempts: [] }));
  });
  router.get('/webhooks/:id/deliveries', mayManage, async (request, response) => {
    const ref = refOf(request, response);
    const query = parse(webhookDeliveriesQuerySchema, request.query);
    found(await webhooks.find(ref), webhookWhat);
    response.json(presentDeliveries(await notices.list(ref, query)));
  });
  router.get('/webhooks/:id/deliveries/:deliveryId', mayManage, async (request, response) => {
    const log = await notices.find(deliveryRefOf(request, response));
    response.json(presentDeliveryLog(found(log, deliveryWhat)));
  });
  router.post('/webhooks/:id/deliveries/:deliveryId/replay', mayManage, async (request, response) => {
    const ref = deliveryRefOf(request, response);
    found(await notices.find(ref), deliveryWhat);
    requireEnabled(await webhooks.find(ref.webhook));
    found(await notices.replay(ref), deliveryWhat);
    response.status(202).json(presentDeliveryLog(found(await notices.find(ref), deliveryWhat)));
  });
  router.post('/webhooks/:id/replay', mayManage, ...body, async (request, response) => {
    const ref = refOf(request, response);
    const input = parse(replayWebhookSchema, request.body);
    requireEnabled(await webhooks.find(ref));
    const { replayed, nextSince } = await notices.replayMany(ref, input);
    const answer: ReplayedWebhook = { replayed, nextSince: nextSince?.toISOString() ?? null };
    response.status(202).json(answer);
  });
  return router;
}

/** Everything under `/webhooks`. */
export const webhookRoutes = (deps: WebhookRouteDeps): Router[] => [
  endpointRoutes(deps),
  deliveryRoutes(deps),
];
