import {
  addressKey,
  parseEmail,
  type ResendListedSuppression,
  type ResendOrigin,
  resendAddSuppressionsSchema,
  resendCreateSuppressionSchema,
  resendRemoveSuppressionsSchema,
  resendSuppressionsQuerySchema,
  type SuppressionReason,
} from '@postroom/contracts';
import { found, notFound } from '@postroom/core';
import type { Page, ResourceStores, StoredSuppression } from '@postroom/db';
import { type Request, Router } from 'express';
import { parse } from '../../http/parse.ts';
import { requireScope } from '../../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../../middleware/json-body.ts';
import { workspaceOf } from '../../routes/resource-request.ts';

export type ResendSuppressionDeps = { readonly suppressions: ResourceStores['suppressions'] };

const what = 'suppression';

const originOf: Readonly<Record<SuppressionReason, ResendOrigin>> = {
  Bounce: 'bounce',
  Complaint: 'complaint',
  Manual: 'manual',
};

const reasonOf: Readonly<Record<ResendOrigin, SuppressionReason>> = {
  bounce: 'Bounce',
  complaint: 'Complaint',
  manual: 'Manual',
};

/** What was bounced by which email is in that email's history. */
const present = ({ email, reason, createdAt }: StoredSuppression): ResendListedSuppression => ({
  id: email,
  email,
  origin: originOf[reason],
  source_id: null,
  created_at: createdAt.toISOString(),
});

/** The address in a path, which is the id; what is no address is answered like one that is not suppressed. */
function emailOf(request: Request): string {
  const email = parseEmail(String(request.params.id));
  if (email.kind === 'bad') throw notFound(what);
  return email.value;
}

type Query = ReturnType<typeof resendSuppressionsQuerySchema.parse>;

/**
 * A page behind an address; those of one origin are ordered by time, so that its moment is looked up. Where the address was
 * lifted meanwhile the list begins anew: some come twice, and none is left out.
 */
async function pageOf(
  { suppressions }: ResendSuppressionDeps,
  workspaceId: string,
  { limit, after, origin }: Query,
): Promise<Page<StoredSuppression>> {
  if (origin === undefined) {
    return suppressions.list(workspaceId, {
      limit,
      cursor: after === undefined ? undefined : addressKey(after),
    });
  }
  const last = after === undefined ? null : await suppressions.find(workspaceId, after);
  const cursor = last === null ? undefined : `${last.createdAt.toISOString()}/${last.emailKey}`;
  return suppressions.listByTime(workspaceId, { limit, cursor, reason: reasonOf[origin] });
}

const mayChange = requireScope('admin', 'live key');

/** Up to 100 at once, one after the other. */
function addBatches(router: Router, deps: ResendSuppressionDeps): void {
  const body = jsonBody(smallBodyBytes);
  router.post('/suppressions/batch/add', mayChange, ...body, async (request, response) => {
    const { emails } = parse(resendAddSuppressionsSchema, request.body);
    const data = [];
    for (const email of emails) {
      const added = await deps.suppressions.add(workspaceOf(response), { email, reason: 'Manual' });
      data.push({ object: what, id: added.email });
    }
    response.json({ data });
  });
  router.post('/suppressions/batch/remove', mayChange, ...body, async (request, response) => {
    const { emails, ids = [] } = parse(resendRemoveSuppressionsSchema, request.body);
    const data = [];
    for (const email of emails ?? ids) {
      const deleted = await deps.suppressions.remove(workspaceOf(response), email);
      data.push({ object: what, id: email, deleted });
    }
    response.json({ data });
  });
}

/** `/suppressions` as Resend has it. */
export function resendSuppressionRoutes(deps: ResendSuppressionDeps): Router {
  const { suppressions } = deps;
  const router = Router();
  const mayRead = requireScope('admin');
  router.post('/suppressions', mayChange, ...jsonBody(smallBodyBytes), async (request, response) => {
    const { email } = parse(resendCreateSuppressionSchema, request.body);
    const added = await suppressions.add(workspaceOf(response), { email, reason: 'Manual' });
    response.status(added.isNew ? 201 : 200).json({ object: what, id: added.email });
  });
  router.get('/suppressions', mayRead, async (request, response) => {
    const query = parse(resendSuppressionsQuerySchema, request.query);
    const { items, hasMore } = await pageOf(deps, workspaceOf(response), query);
    response.json({ object: 'list', has_more: hasMore, data: items.map(present) });
  });
  router.get('/suppressions/:id', mayRead, async (request, response) => {
    const one = found(await suppressions.find(workspaceOf(response), emailOf(request)), what);
    response.json({ object: 'suppression', ...present(one) });
  });
  router.delete('/suppressions/:id', mayChange, async (request, response) => {
    const email = emailOf(request);
    if (!(await suppressions.remove(workspaceOf(response), email))) throw notFound(what);
    response.json({ object: 'suppression', id: email, deleted: true });
  });
  addBatches(router, deps);
  return router;
}
