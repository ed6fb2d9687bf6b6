import { createDomainSchema, pageQuerySchema } from '@postroom/contracts';
import { type DomainDeps, found, notFound, refreshDomain, registerDomain } from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentDomain } from '../present/domain.ts';
import { presentPageById } from '../present/page.ts';
import { refOf, workspaceOf } from './resource-request.ts';

export type DomainRouteDeps = DomainDeps & Pick<ResourceStores, 'domains'>;

const what = 'domain';

/**
 * `/domains`: domains that mail may come from once SES has found their DNS records. A domain belongs to one workspace
 * alone (docs/adr/0008). Deleting one forgets it here; the identity stays in SES, where other programs may use it, and
 * so do its records in the DNS.
 */
export function domainRoutes(deps: DomainRouteDeps): Router {
  const { domains } = deps;
  const router = Router();
  const mayManage = requireScope('admin');
  const mayChange = requireScope('admin', 'live key');
  const body = jsonBody(smallBodyBytes);
  router.post('/domains', mayChange, ...body, async (request, response) => {
    const { domain } = parse(createDomainSchema, request.body);
    response.status(201).json(presentDomain(await registerDomain(deps, workspaceOf(response), domain)));
  });
  router.get('/domains', mayManage, async (request, response) => {
    const page = await domains.list(workspaceOf(response), parse(pageQuerySchema, request.query));
    response.json(presentPageById(page, presentDomain));
  });
  router.get('/domains/:id', mayManage, async (request, response) => {
    const domain = await domains.find(refOf(request, response, what));
    response.json(presentDomain(found(domain, what)));
  });
  router.post('/domains/:id/refresh', mayChange, async (request, response) => {
    const ref = refOf(request, response, what);
    response.json(presentDomain(await refreshDomain(deps, ref)));
  });
  router.delete('/domains/:id', mayChange, async (request, response) => {
    const ref = refOf(request, response, what);
    if (!(await domains.remove(ref))) throw notFound(what);
    response.status(204).end();
  });
  return router;
}
