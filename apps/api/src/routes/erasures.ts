import { createErasureSchema, eraseProfileQuerySchema } from '@postroom/contracts';
import { found } from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentErasure } from '../present/erasure.ts';
import { refOf, workspaceOf } from './resource-request.ts';

export type ErasureRouteDeps = { readonly erasures: ResourceStores['erasures'] };

/** `/erasures` and `DELETE /profiles/:id`: persons of whom nothing is to be kept. The workers do it. */
export function erasureRoutes({ erasures }: ErasureRouteDeps): Router {
  const router = Router();
  // It reaches mail and its history, and cannot be undone: more than who keeps profiles may do.
  const mayErase = requireScope('admin', 'live key');
  router.post('/erasures', mayErase, ...jsonBody(smallBodyBytes), async (request, response) => {
    const { email } = parse(createErasureSchema, request.body);
    const { erasure, isNew } = await erasures.requestByEmail(workspaceOf(response), email);
    response.status(isNew ? 201 : 200).json(presentErasure(erasure));
  });
  router.get('/erasures/:id', requireScope('admin'), async (request, response) => {
    const erasure = await erasures.find(refOf(request, response, 'erasure'));
    response.json(presentErasure(found(erasure, 'erasure')));
  });
  router.delete('/profiles/:id', mayErase, async (request, response) => {
    parse(eraseProfileQuerySchema, request.query);
    const requested = await erasures.requestByProfile(refOf(request, response, 'profile'));
    response.status(202).json(presentErasure(found(requested, 'profile').erasure));
  });
  return router;
}
