import type { Address, DnsRecordResource, DomainStatus } from '@postroom/contracts';

/**
 * What speaks for mail from an address: the installation trusts everyone, or SES knows the domain, one that it lies
 * under (`through`) or the address itself as verified, or nothing does.
 */
export type SenderProof = 'trust' | 'domain' | 'address' | 'none' | { readonly through: string };

/** What speaks for the address of a sender profile, and through which account SES was asked; null: the environment's. */
export type Proven = { readonly proof: SenderProof; readonly accountId: string | null };

/** A sender profile; it is verified by itself or through its domain. */
export type StoredSenderProfile = {
  readonly id: string;
  readonly name: string;
  readonly from: Address;
  readonly replyTo: Address | null;
  readonly configurationSet: string | null;
  /** The account of SES that it is sent through and verified by; null: the one of the environment. */
  readonly accountId: string | null;
  readonly trackClicks: boolean;
  readonly trackOpens: boolean;
  readonly trackText: boolean;
  readonly trackingHost: string | null;
  readonly isTrackingHostVerified: boolean;
  readonly trackingHostProblem: string | null;
  readonly isVerified: boolean;
  readonly flaggedReason: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** Why a workspace may not make a sender profile: it has 1,000 of this mode of keys, or another workspace has the configuration set. */
export type SenderRefusal = { readonly kind: 'full' } | { readonly kind: 'set_held' };

export type SenderCreation =
  | { readonly kind: 'created'; readonly sender: StoredSenderProfile }
  | SenderRefusal;

export type SenderChange =
  | { readonly kind: 'changed'; readonly sender: StoredSenderProfile }
  /**
   * `moved`: it goes through another account by now than the one that was asked about its new address; `full`: a test key made
   * it, and there is no room for one more of live keys.
   */
  | { readonly kind: 'missing' | 'set_held' | 'moved' | 'full' };

/** A domain of a workspace, as SES saw it when it was last asked. */
export type StoredDomain = {
  readonly id: string;
  readonly domain: string;
  readonly status: DomainStatus;
  readonly dnsRecords: readonly DnsRecordResource[];
  readonly checkedAt: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

/** What was found out about a domain; null where nobody could be asked, so that what is stored stays. */
export type DomainState = {
  readonly status: DomainStatus;
  readonly dnsRecords: readonly DnsRecordResource[] | null;
  readonly checkedAt: Date | null;
};

/** Whether a workspace may register a domain: `held` means that another workspace has it or a sender at it, `full` that it has 100. */
export type DomainStanding =
  | { readonly kind: 'free' }
  | { readonly kind: 'exists'; readonly id: string }
  | { readonly kind: 'held' }
  | { readonly kind: 'full' };

export type DomainCreation =
  | { readonly kind: 'created'; readonly domain: StoredDomain }
  | Exclude<DomainStanding, { kind: 'free' }>;
