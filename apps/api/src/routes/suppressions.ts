import {
  addressPageQuerySchema,
  createSuppressionSchema,
  importSuppressionsSchema,
  parseEmail,
  type SuppressionImport,
} from '@postroom/contracts';
import { found, notFound } from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { type Request, Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentPage } from '../present/page.ts';
import { presentSuppression } from '../present/suppression.ts';
import { workspaceOf } from './resource-request.ts';

export type SuppressionRouteDeps = { readonly suppressions: ResourceStores['suppressions'] };

const what = 'suppression';

/** The address in a path; what is no address is answered like one that is not suppressed. */
function emailOf(request: Request): string {
  const email = parseEmail(String(request.params.email));
  if (email.kind === 'bad') throw notFound(what);
  return email.value;
}

/** `/suppressions`: addresses that get no mail from the workspace. */
export function suppressionRoutes({ suppressions }: SuppressionRouteDeps): Router {
  const router = Router();
  const mayRead = requireScope('admin');
  const mayChange = requireScope('admin', 'live key');
  router.get('/suppressions', mayRead, async (request, response) => {
    const query = parse(addressPageQuerySchema, request.query);
    const page = await suppressions.list(workspaceOf(response), query);
    response.json(presentPage(page, presentSuppression, ({ emailKey }) => emailKey));
  });
  router.post('/suppressions', mayChange, ...jsonBody(smallBodyBytes), async (request, response) => {
    const input = parse(createSuppressionSchema, request.body);
    const { suppression, isNew } = await suppressions.put(workspaceOf(response), input);
    response.status(isNew ? 201 : 200).json(presentSuppression(suppression));
  });
  router.post('/suppressions/import', mayChange, ...jsonBody(smallBodyBytes), async (request, response) => {
    const input = parse(importSuppressionsSchema, request.body);
    const created = await suppressions.addMany(workspaceOf(response), input.suppressions);
    const total = input.suppressions.length;
    const answer: SuppressionImport = { total, created, existing: total - created };
    response.json(answer);
  });
  router.get('/suppressions/:email', mayRead, async (request, response) => {
    const suppression = await suppressions.find(workspaceOf(response), emailOf(request));
    response.json(presentSuppression(found(suppression, what)));
  });
  router.delete('/suppressions/:email', mayChange, async (request, response) => {
    const existed = await suppressions.remove(workspaceOf(response), emailOf(request));
    if (!existed) throw notFound(what);
    response.status(204).end();
  });
  return router;
}
