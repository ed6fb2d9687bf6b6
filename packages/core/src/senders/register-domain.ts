import { maxDomains } from '@postroom/contracts';
import { assertNever, PostroomError } from '../postroom-error.ts';
import { found } from '../refusals.ts';
import type { ResourceRef } from '../resource-ref.ts';
import { heldElsewhere, sesUnavailable, tooMany } from './refusals.ts';
import type { DomainCreation, DomainStanding, DomainState, StoredDomain } from './sender.ts';
import type { DomainFinding, SenderVerification } from './verification.ts';

export type DomainDeps = {
  readonly domains: {
    standing(workspaceId: string, domain: string): Promise<DomainStanding>;
    /** Stores a domain, unless it exists, has become another workspace's, or is one too many. */
    create(workspaceId: string, domain: DomainState & { readonly domain: string }): Promise<DomainCreation>;
    find(ref: ResourceRef): Promise<StoredDomain | null>;
    record(ref: ResourceRef, state: DomainState): Promise<StoredDomain | null>;
  };
  readonly verification: Pick<SenderVerification, 'registerDomain' | 'checkDomain'>;
};

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

/** Registers a domain with SES, and as this workspace's alone (docs/adr/0008). */
export async function registerDomain(
  { domains, verification }: DomainDeps,
  workspaceId: string,
  domain: string,
): Promise<StoredDomain> {
  const standing = await domains.standing(workspaceId, domain);
  if (standing.kind !== 'free') throw refusalOf(domain, standing);
  const state = stateOf(await verification.registerDomain(domain, workspaceId));
  const creation = await domains.create(workspaceId, { domain, ...state });
  if (creation.kind !== 'created') throw refusalOf(domain, creation);
  return creation.domain;
}

/** Asks SES how a domain stands now, and notes it. */
export async function refreshDomain(
  { domains, verification }: DomainDeps,
  ref: ResourceRef,
): Promise<StoredDomain> {
  const { domain } = found(await domains.find(ref), 'domain');
  const state = stateOf(await verification.checkDomain(domain, ref.workspaceId));
  return found(await domains.record(ref, state), 'domain');
}
