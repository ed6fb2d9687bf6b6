import type { StoredSend } from '@postroom/core';
import { Router } from 'express';
import { requireScope } from '../middleware/authenticate.ts';
import { presentEmailSend } from '../present/email-send.ts';
import { found, refOf } from './resource-request.ts';

const what = 'email';

/** `GET /emails/:id`: one send as it stands. Another workspace's looks like a missing one. */
export function emailRoutes(deps: {
  readonly findSend: (workspaceId: string, id: string) => Promise<StoredSend | null>;
}): Router {
  const router = Router();
  router.get('/emails/:id', requireScope('emails:read'), async (request, response) => {
    const { workspaceId, id } = refOf(request, response, what);
    response.json(presentEmailSend(found(await deps.findSend(workspaceId, id), what)));
  });
  return router;
}
