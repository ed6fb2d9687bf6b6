import { type DnsRecordResource, type DomainStatus, domainOf } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import { ProviderUnavailableError } from '../send/provider-unavailable-error.ts';
import { type TakeTurn, turnsOf } from './identity-turns.ts';
import type { DomainState, SenderProof } from './sender.ts';

/** What came of asking about a domain; `refused` is SES's last word, `unavailable` is not. */
export type DomainFinding =
  | { readonly kind: 'found'; readonly state: DomainState }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'unavailable'; readonly cause: unknown };

/** How it is found out who mail may come from. Whatever asks SES rejects with `rate_limited` when a turn is too far off. */
export type SenderVerification = {
  /** What speaks for mail from any address while SES is not asked. */
  readonly unaskedProof: SenderProof;
  /** What speaks for mail from an address through an account; rejects when it cannot be found out just now. */
  proofOf(email: string, workspaceId: string, accountId: string | null): Promise<SenderProof>;
  /** Registers a domain with SES, or finds it registered. */
  registerDomain(domain: string, workspaceId: string): Promise<DomainFinding>;
  /** The domain as it stands; one that SES does not know any more is registered anew, with new records to publish. */
  checkDomain(domain: string, workspaceId: string): Promise<DomainFinding>;
};

/** A sender identity as SES sees it; mail goes out without the records that are not required. */
type Identity = {
  readonly status: DomainStatus;
  readonly dnsRecords: readonly (Omit<DnsRecordResource, 'required'> & { readonly isRequired: boolean })[];
};

/** SES as far as senders are concerned, one call each; both throw `ProviderUnavailableError`. */
export type SesIdentities = {
  /** Registers a domain; null: SES has it already. */
  createIdentity(domain: string): Promise<Identity | null>;
  /** The identity as it stands in an account, that of the environment unless told; null: SES does not know it. */
  getIdentity(domainOrEmail: string, accountId?: string | null): Promise<Identity | null>;
};

/** SES as it is asked for one request of a workspace. */
export type SesOf = (workspaceId: string) => SesIdentities;

/** Asks SES only in the workspace's turn, one turn for each call, and rejects with `rate_limited` when that is too far off. */
export function identitiesInTurn(ses: SesIdentities, takeTurn: TakeTurn): SesOf {
  return (workspaceId) => {
    const nextTurn = turnsOf(takeTurn, workspaceId);
    const inTurn = async <Answer>(ask: () => Promise<Answer>): Promise<Answer> => {
      await nextTurn();
      return ask();
    };
    return {
      createIdentity: (domain) => inTurn(() => ses.createIdentity(domain)),
      getIdentity: (identity, accountId) => inTurn(() => ses.getIdentity(identity, accountId)),
    };
  };
}

function stateOf({ status, dnsRecords }: Identity, checkedAt: Date): DomainState {
  return {
    status,
    dnsRecords: dnsRecords.map(({ isRequired, ...record }) => ({ ...record, required: isRequired })),
    checkedAt,
  };
}

async function find(ask: () => Promise<Identity>, now: () => Date): Promise<DomainFinding> {
  try {
    return { kind: 'found', state: stateOf(await ask(), now()) };
  } catch (cause) {
    // The pace of asking is the caller's to keep.
    if (cause instanceof PostroomError) throw cause;
    const isRefusal = cause instanceof ProviderUnavailableError && cause.kind === 'rejected';
    return isRefusal ? { kind: 'refused', reason: cause.error.message } : { kind: 'unavailable', cause };
  }
}

/** SES is asked about so many domains above an address's own: each is a call, of which an account has few a second. */
const maxParents = 3;

/** The domains above one, the nearest first, down to two labels. */
function parentsOf(domain: string): string[] {
  const labels = domain.split('.');
  const parents = labels.slice(1, -1).map((_, at) => labels.slice(at + 1).join('.'));
  return parents.slice(0, maxParents);
}

/** Registers a domain, or finds it registered. One that is given up between both calls is told as unavailable. */
async function register(ses: SesIdentities, domain: string): Promise<Identity> {
  const identity = (await ses.createIdentity(domain)) ?? (await ses.getIdentity(domain));
  if (identity === null) throw new Error('SES has the domain, and does not');
  return identity;
}

/** Takes SES's word: a domain or an address is verified when SES says so. */
export function verifyBySes(sesOf: SesOf, now: () => Date): SenderVerification {
  return {
    unaskedProof: 'none',
    proofOf: async (email, workspaceId, accountId) => {
      const ses = sesOf(workspaceId);
      const domain = domainOf(email);
      const isVerified = async (identity: string) =>
        (await ses.getIdentity(identity, accountId))?.status === 'verified';
      if (await isVerified(domain)) return 'domain';
      if (await isVerified(email)) return 'address';
      for (const through of parentsOf(domain)) if (await isVerified(through)) return { through };
      return 'none';
    },
    registerDomain: (domain, workspaceId) => find(() => register(sesOf(workspaceId), domain), now),
    checkDomain: (domain, workspaceId) => {
      const ses = sesOf(workspaceId);
      return find(async () => (await ses.getIdentity(domain)) ?? (await register(ses, domain)), now);
    },
  };
}

/**
 * Believes everyone, for a local SES: every address and every domain is verified at once. SES is asked for the records
 * of a domain all the same, so that they can be shown, and it does not matter when it cannot answer.
 */
export function verifyByTrust(sesOf: SesOf, now: () => Date): SenderVerification {
  const trusted = async (asked: Promise<DomainFinding>): Promise<DomainFinding> => {
    const finding = await asked;
    const told = finding.kind === 'found' ? finding.state : { dnsRecords: null, checkedAt: null };
    return { kind: 'found', state: { ...told, status: 'verified' } };
  };
  const { registerDomain, checkDomain } = verifyBySes(sesOf, now);
  return {
    unaskedProof: 'trust',
    proofOf: async () => 'trust',
    registerDomain: (...asked) => trusted(registerDomain(...asked)),
    checkDomain: (...asked) => trusted(checkDomain(...asked)),
  };
}
