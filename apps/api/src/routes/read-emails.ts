import { parseSendId, type SendsQuery, sendsQuerySchema } from '@postroom/contracts';
import type { SendRef, StoredSend } from '@postroom/core';
import type { Page, SendHistory, SendsCount, SendsFilter, SendsPage } from '@postroom/db';
import { type Request, type Response, Router } from 'express';
import { requireScope } from '../middleware/authenticate.ts';
import { parse } from '../parse.ts';
import { presentEmailHistory } from '../present/email-history.ts';
import { presentEmailList } from '../present/email-list.ts';
import { presentEmailDetail, statusesNamed } from '../present/email-record.ts';
import { presentEmailSend } from '../present/email-send.ts';
import { notFound } from './refusals.ts';
import { found, workspaceOf } from './resource-request.ts';

export type ReadEmailsDeps = {
  readonly find: (ref: SendRef) => Promise<StoredSend | null>;
  readonly findHistory: (ref: SendRef) => Promise<SendHistory | null>;
  readonly list: (workspaceId: string, page: SendsPage) => Promise<Page<StoredSend>>;
  readonly count: (workspaceId: string, filter: SendsFilter) => Promise<SendsCount>;
};

const what = 'email';

/** The send that `:id` names, in either form; what is no id is answered like one that does not exist. */
function askedOf(
  request: Request,
  response: Response,
): { readonly ref: SendRef; readonly isTypeId: boolean } {
  const id = parseSendId(String(request.params.id));
  if (id === null) throw notFound(what);
  return { ref: { workspaceId: workspaceOf(response), id: id.uuid }, isTypeId: id.dialect === 'emails' };
}

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
export function readEmailsRoutes(deps: ReadEmailsDeps): Router {
  const router = Router();
  const mayRead = requireScope('emails:read');
  router.get('/emails', mayRead, async (request, response) => {
    const query = parse(sendsQuerySchema, request.query);
    const workspaceId = workspaceOf(response);
    const filter = filterOf(query);
    const { limit, offset, cursor } = query;
    const [page, count] = await Promise.all([
      deps.list(workspaceId, { filter, limit, offset, cursor }),
      deps.count(workspaceId, filter),
    ]);
    response.json(presentEmailList(page, count));
  });
  router.get('/emails/:id', mayRead, async (request, response) => {
    const { ref, isTypeId } = askedOf(request, response);
    const send = found(await deps.find(ref), what);
    response.json(isTypeId ? { email: presentEmailDetail(send) } : presentEmailSend(send));
  });
  router.get('/emails/:id/events', mayRead, async (request, response) => {
    const { ref } = askedOf(request, response);
    response.json(presentEmailHistory(found(await deps.findHistory(ref), what)));
  });
  return router;
}
