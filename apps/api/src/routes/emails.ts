import { PostroomError, type StoredSend } from '@postroom/core';
import { Router } from 'express';
import { callerOf, requireScope } from '../middleware/authenticate.ts';
import { presentEmailSend } from '../present/email-send.ts';

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** `GET /emails/:id`: one send as it stands. Another workspace's looks like a missing one. */
export function emailRoutes(deps: {
  readonly findSend: (workspaceId: string, id: string) => Promise<StoredSend | null>;
}): Router {
  const router = Router();
  router.get('/emails/:id', requireScope('emails:read'), async (request, response) => {
    const id = String(request.params.id);
    const send = uuidPattern.test(id) ? await deps.findSend(callerOf(response).workspaceId, id) : null;
    if (send === null) throw new PostroomError('not_found', 'There is no email with this id.');
    response.json(presentEmailSend(send));
  });
  return router;
}
