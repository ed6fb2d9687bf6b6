import {
  type ResendListedWebhook,
  resendCreateWebhookSchema,
  resendPageSchema,
  resendUpdateWebhookSchema,
} from '@postroom/contracts';
import {
  createWebhook,
  found,
  notFound,
  rotateWebhookSecret,
  type SaveWebhookDeps,
  updateWebhook,
  webhookWhat,
} from '@postroom/core';
import type { StoredWebhook, WebhookEndpointStore } from '@postroom/db';
import { type Request, type Response, Router } from 'express';
import { parse } from '../../http/parse.ts';
import { requireScope } from '../../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../../middleware/json-body.ts';
import { ownedRefOf, ownerOf } from '../../routes/resource-request.ts';

export type ResendWebhookDeps = SaveWebhookDeps<StoredWebhook> & { readonly webhooks: WebhookEndpointStore };

const present = (webhook: StoredWebhook): ResendListedWebhook => ({
  id: webhook.id,
  endpoint: webhook.url,
  created_at: webhook.createdAt.toISOString(),
  status: webhook.enabled ? 'enabled' : 'disabled',
  events: [...webhook.events],
});

const presentSecret = ({
  webhook,
  secret,
}: {
  readonly webhook: StoredWebhook;
  readonly secret: string;
}) => ({
  object: 'webhook',
  id: webhook.id,
  signing_secret: secret,
});

const refOf = (request: Request, response: Response) => ownedRefOf(request, response, webhookWhat);

/** `/webhooks` as Resend has it. */
export function resendWebhookRoutes(deps: ResendWebhookDeps): Router {
  const { webhooks } = deps;
  const router = Router();
  const mayManage = requireScope('admin');
  const body = jsonBody(smallBodyBytes);
  router.post('/webhooks', mayManage, ...body, async (request, response) => {
    const { endpoint, events } = parse(resendCreateWebhookSchema, request.body);
    const made = await createWebhook(deps, ownerOf(response), { url: endpoint, events, enabled: true });
    response.status(201).set('cache-control', 'no-store').json(presentSecret(made));
  });
  router.get('/webhooks', mayManage, async (request, response) => {
    const { limit, after } = parse(resendPageSchema, request.query);
    const { items, hasMore } = await webhooks.list(ownerOf(response), { limit, cursor: after });
    response.json({ object: 'list', has_more: hasMore, data: items.map(present) });
  });
  router.get('/webhooks/:id', mayManage, async (request, response) => {
    const webhook = found(await webhooks.find(refOf(request, response)), webhookWhat);
    response.json({ object: 'webhook', ...present(webhook) });
  });
  router.patch('/webhooks/:id', mayManage, ...body, async (request, response) => {
    const ref = refOf(request, response);
    const { endpoint, events, status } = parse(resendUpdateWebhookSchema, request.body);
    const enabled = status === undefined ? undefined : status === 'enabled';
    const { id } = await updateWebhook(deps, ref, { url: endpoint, events, enabled });
    response.json({ object: 'webhook', id });
  });
  router.delete('/webhooks/:id', mayManage, async (request, response) => {
    const ref = refOf(request, response);
    if (!(await webhooks.remove(ref))) throw notFound(webhookWhat);
    response.json({ object: 'webhook', id: ref.id, deleted: true });
  });
  router.post('/webhooks/:id/signing-secret/rotate', mayManage, async (request, response) => {
    const rotated = await rotateWebhookSecret(deps, refOf(request, response));
    response.set('cache-control', 'no-store').json(presentSecret(rotated));
  });
  return router;
}
