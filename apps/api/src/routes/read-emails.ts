import { type SendsQuery, sendsQuerySchema } from '@postroom/contracts';
import { found, sendsFilterOf } from '@postroom/core';
import type { SendReadStore, SendsPage } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { presentEmailHistory } from '../present/email-history.ts';
import { presentEmailList } from '../present/email-list.ts';
import { namedSendOf, presentNamed } from './named-send.ts';
import { mostLookedAt, type ReadGates } from './read-gates.ts';
import { ownerOf, sightOf } from './resource-request.ts';

const what = 'email';

/** Reads a list's page and filter. */
const listOf = ({ limit, offset, cursor, ...asked }: SendsQuery): SendsPage => ({
  filter: sendsFilterOf(asked),
  limit,
  offset,
  cursor,
});

/**
 * `GET /emails`, `/emails/:id` and `/emails/:id/events`. The answer for one send follows the form of its id.
 * `created_after` lets through what was created at that moment or later, `created_before` only what was created
 * before: of windows that touch, each send is in exactly one.
 */
export function readEmailsRoutes(sends: SendReadStore, { listGate }: Pick<ReadGates, 'listGate'>): Router {
  const router = Router();
  const mayRead = requireScope('emails:read');
  router.get('/emails', mayRead, async (request, response) => {
    const owner = ownerOf(response);
    const list = { ...listOf(parse(sendsQuerySchema, request.query)), most: mostLookedAt };
    const [page, count] = await listGate(owner.workspaceId)(() =>
      Promise.all([sends.list(owner, list), sends.count(owner, list.filter, list.most)]),
    );
    response.json(presentEmailList(page, count));
  });
  router.get('/emails/:id', mayRead, async (request, response) => {
    const named = namedSendOf(request, response);
    response.json(presentNamed(named, found(await sends.find(sightOf(named.ref)), what)));
  });
  router.get('/emails/:id/events', mayRead, async (request, response) => {
    const { ref } = namedSendOf(request, response);
    response.json(presentEmailHistory(found(await sends.findHistory(sightOf(ref)), what)));
  });
  return router;
}
