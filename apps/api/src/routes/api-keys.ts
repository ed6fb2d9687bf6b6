import { type CreatedApiKeyResource, createApiKeySchema, pageQuerySchema } from '@postroom/contracts';
import { generateApiKey, grantedOf, invalidField, notFound, visibleKeys } from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { callerOf, requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentApiKey } from '../present/api-key.ts';
import { presentPageById } from '../present/page.ts';
import { refOf, workspaceOf } from './resource-request.ts';

export type ApiKeyRouteDeps = { readonly apiKeys: ResourceStores['apiKeys'] };

const what = 'API key';

/** `/api-keys`: who may call. The answer to the creation alone holds the key. */
export function apiKeyRoutes({ apiKeys }: ApiKeyRouteDeps): Router {
  const router = Router();
  const isAdmin = requireScope('admin');
  router.post('/api-keys', isAdmin, ...jsonBody(smallBodyBytes), async (request, response) => {
    const input = parse(createApiKeySchema, request.body);
    const granted = grantedOf(callerOf(response), input);
    const key = generateApiKey(granted.mode);
    const apiKey = await apiKeys.create(workspaceOf(response), { ...input, ...granted, key });
    if (apiKey === null) {
      throw invalidField('senderProfileIds', 'names a sender profile that is not one of this workspace');
    }
    const answer: CreatedApiKeyResource = { ...presentApiKey(apiKey), key };
    response.status(201).set('cache-control', 'no-store').json(answer);
  });
  router.get('/api-keys', isAdmin, async (request, response) => {
    const query = parse(pageQuerySchema, request.query);
    const page = await apiKeys.list(workspaceOf(response), query, visibleKeys(callerOf(response)));
    response.json(presentPageById(page, presentApiKey));
  });
  router.delete('/api-keys/:id', isAdmin, async (request, response) => {
    const ref = refOf(request, response, what);
    const exists = await apiKeys.revoke(ref, visibleKeys(callerOf(response)));
    if (!exists) throw notFound(what);
    response.status(204).end();
  });
  return router;
}
