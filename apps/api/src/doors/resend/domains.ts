import {
  type ResendDomain,
  type ResendListedDomain,
  resendCreateDomainSchema,
  resendPageSchema,
} from '@postroom/contracts';
import {
  type DomainDeps,
  found,
  invalidField,
  notFound,
  refreshDomain,
  registerDomain,
  type StoredDomain,
} from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../../http/parse.ts';
import { requireScope } from '../../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../../middleware/json-body.ts';
import { refOf, workspaceOf } from '../../routes/resource-request.ts';

export type ResendDomainDeps = DomainDeps &
  Pick<ResourceStores, 'domains'> & {
    /** The region of SES that mail goes out from. */
    readonly region: string;
  };

const what = 'domain';

const presentListed = (domain: StoredDomain, region: string): ResendListedDomain => ({
  id: domain.id,
  name: domain.domain,
  status: domain.status,
  created_at: domain.createdAt.toISOString(),
  region,
});

const present = (domain: StoredDomain, region: string): ResendDomain => ({
  object: 'domain',
  ...presentListed(domain, region),
  records: domain.dnsRecords.map(({ type, name, value, purpose }) => ({
    record: purpose === 'dkim' ? 'DKIM' : 'DMARC',
    name,
    type,
    ttl: 'Auto',
    status: domain.status,
    value,
  })),
});

/** `/domains` as Resend has it. */
export function resendDomainRoutes(deps: ResendDomainDeps): Router {
  const { domains, region } = deps;
  const router = Router();
  const mayManage = requireScope('admin');
  const mayChange = requireScope('admin', 'live key');
  router.post('/domains', mayChange, ...jsonBody(smallBodyBytes), async (request, response) => {
    const { name, region: wanted } = parse(resendCreateDomainSchema, request.body);
    if (wanted && wanted !== region) throw invalidField('region', `must be ${region}, or left out`);
    const domain = await registerDomain(deps, workspaceOf(response), name);
    response.status(201).json(present(domain, region));
  });
  router.get('/domains', mayManage, async (request, response) => {
    const { limit, after } = parse(resendPageSchema, request.query);
    const { items, hasMore } = await domains.list(workspaceOf(response), { limit, cursor: after });
    const data = items.map((domain) => presentListed(domain, region));
    response.json({ object: 'list', has_more: hasMore, data });
  });
  router.get('/domains/:id', mayManage, async (request, response) => {
    response.json(present(found(await domains.find(refOf(request, response, what)), what), region));
  });
  router.post('/domains/:id/verify', mayChange, async (request, response) => {
    const { id } = await refreshDomain(deps, refOf(request, response, what));
    response.json({ object: 'domain', id });
  });
  router.delete('/domains/:id', mayChange, async (request, response) => {
    const ref = refOf(request, response, what);
    if (!(await domains.remove(ref))) throw notFound(what);
    response.json({ object: 'domain', id: ref.id, deleted: true });
  });
  return router;
}
