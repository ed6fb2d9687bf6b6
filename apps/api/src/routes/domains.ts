import { createDomainSchema, maxDomains, pageQuerySchema } from '@postroom/contracts';
import { assertNever, PostroomError } from '@postroom/core';
import type { DomainStanding, DomainState, ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentDomain } from '../present/domain.ts';
import { presentPageById } from '../present/page.ts';
import type { DomainFinding, SenderVerification } from '../sender-verification.ts';
import { heldElsewhere, notFound, sesUnavailable, tooMany } from './refusals.ts';
import { found, refOf, workspaceOf } from './resource-request.ts';

export type DomainRouteDeps = {
  readonly domains: ResourceStores['domains'];
  readonly verification: SenderVerification;
};

const what = 'domain';

/** What was found out, or the answer that nothing was. */
function stateOf(finding: DomainFinding): DomainState {
  switch (finding.kind) {
    case 'found':
      return finding.state;
    case 'refused':
      throw new PostroomError('unprocessable', `SES does not take this domain: ${finding.reason}`);
    case 'unavailable':
      throw sesUnavailable(finding.cause);
    default:
      return assertNever(finding);
  }
}

function refusalOf(domain: string, standing: Exclude<DomainStanding, { kind: 'free' }>): PostroomError {
  if (standing.kind === 'held') return heldElsewhere(domain);
  if (standing.kind === 'full') return tooMany('domains', maxDomains);
  const message = `${domain} is registered in this workspace already: refresh it to have it checked again.`;
  return new PostroomError('state_conflict', message, { details: { id: standing.id } });
}

/**
 * `/domains`: domains that mail may come from once SES has found their DNS records. A domain belongs to one workspace
 * alone (docs/adr/0008). Deleting one forgets it here; the identity stays in SES, where other programs may use it, and
 * so do its records in the DNS.
 */
export function domainRoutes({ domains, verification }: DomainRouteDeps): Router {
  const router = Router();
  const mayManage = requireScope('admin');
  const mayChange = requireScope('admin', 'live key');
  const body = jsonBody(smallBodyBytes);
  router.post('/domains', mayChange, ...body, async (request, response) => {
    const { domain } = parse(createDomainSchema, request.body);
    const workspaceId = workspaceOf(response);
    const standing = await domains.standing(workspaceId, domain);
    if (standing.kind !== 'free') throw refusalOf(domain, standing);
    const state = stateOf(await verification.registerDomain(domain, workspaceId));
    const creation = await domains.create(workspaceId, { domain, ...state });
    if (creation.kind !== 'created') throw refusalOf(domain, creation);
    response.status(201).json(presentDomain(creation.domain));
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
    const { domain } = found(await domains.find(ref), what);
    const state = stateOf(await verification.checkDomain(domain, workspaceOf(response)));
    response.json(presentDomain(found(await domains.record(ref, state), what)));
  });
  router.delete('/domains/:id', mayChange, async (request, response) => {
    const ref = refOf(request, response, what);
    if (!(await domains.remove(ref))) throw notFound(what);
    response.status(204).end();
  });
  return router;
}
