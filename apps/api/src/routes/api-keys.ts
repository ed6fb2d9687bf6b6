import { type CreatedApiKeyResource, createApiKeySchema, pageQuerySchema } from '@postroom/contracts';
import { generateApiKey, grantedMode, notFound, visibleMode } from '@postroom/core';
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
    const mode = grantedMode(callerOf(response), input);
    const key = generateApiKey(mode);
    const apiKey = await apiKeys.create(workspaceOf(response), { ...input, mode, key });
    const answer: CreatedApiKeyResource = { ...presentApiKey(apiKey), key };
    response.status(201).set('cache-control', 'no-store').json(answer);
  });
  router.get('/api-keys', isAdmin, async (request, response) => {
    const query = parse(pageQuerySchema, request.query);
    const page = await apiKeys.list(workspaceOf(response), {
      ...query,
      mode: visibleMode(callerOf(response)),
    });
    response.json(presentPageById(page, presentApiKey));
  });
  router.delete('/api-keys/:id', isAdmin, async (request, response) => {
    const ref = refOf(request, response, what);
    const exists = await apiKeys.revoke(ref, visibleMode(callerOf(response)));
    if (!exists) throw notFound(what);
    response.status(204).end();
  });
  return router;
}
