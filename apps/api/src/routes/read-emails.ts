import { type SendsQuery, sendsQuerySchema } from '@postroom/contracts';
import { found } from '@postroom/core';
import type { SendReadStore, SendsFilter } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { presentEmailHistory } from '../present/email-history.ts';
import { presentEmailList } from '../present/email-list.ts';
import { statusesNamed } from '../present/email-record.ts';
import { askedSendOf, presentAsked } from './asked-send.ts';
import { ownerOf, sightOf } from './resource-request.ts';

const what = 'email';

const filterOf = (query: SendsQuery): SendsFilter => ({
  statuses: query.status === undefined ? undefined : statusesNamed(query.status),
  to: query.to,
  tag: query.tag,
  templateId: query.template_id,
  batchId: query.batch_id,
  createdFrom: query.created_after,
  createdBefore: query.created_before,
});

/**
 * `GET /emails`, `/emails/:id` and `/emails/:id/events`. The answer for one send follows the form of its id.
 * `created_after` lets through what was created at that moment or later, `created_before` only what was created
 * before: of windows that touch, each send is in exactly one.
 */
export function readEmailsRoutes(sends: SendReadStore): Router {
  const router = Router();
  const mayRead = requireScope('emails:read');
  router.get('/emails', mayRead, async (request, response) => {
    const query = parse(sendsQuerySchema, request.query);
    const owner = ownerOf(response);
    const filter = filterOf(query);
    const { limit, offset, cursor } = query;
    const [page, count] = await Promise.all([
      sends.list(owner, { filter, limit, offset, cursor }),
      sends.count(owner, filter),
    ]);
    response.json(presentEmailList(page, count));
  });
  router.get('/emails/:id', mayRead, async (request, response) => {
    const asked = askedSendOf(request, response);
    response.json(presentAsked(asked, found(await sends.find(sightOf(asked.ref)), what)));
  });
  router.get('/emails/:id/events', mayRead, async (request, response) => {
    const { ref } = askedSendOf(request, response);
    response.json(presentEmailHistory(found(await sends.findHistory(sightOf(ref)), what)));
  });
  return router;
}
