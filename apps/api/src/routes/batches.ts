import { found } from '@postroom/core';
import type { SendReadStore } from '@postroom/db';
import { Router } from 'express';
import { requireScope } from '../middleware/authenticate.ts';
import { presentBatch } from '../present/batch.ts';
import { ownedRefOf, sightOf } from './resource-request.ts';

const what = 'batch';

/** `GET /batches/:id`: a batch with its sends counted by status. */
export function batchRoutes(sends: SendReadStore): Router {
  const router = Router();
  router.get('/batches/:id', requireScope('emails:read'), async (request, response) => {
    response.json(
      presentBatch(found(await sends.findBatch(sightOf(ownedRefOf(request, response, what))), what)),
    );
  });
  return router;
}
