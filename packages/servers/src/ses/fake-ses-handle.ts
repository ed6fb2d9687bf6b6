import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FakeAws } from '../aws/fake-aws.ts';
import type { SesAccount, SesAccountChanges } from './account.ts';
import type { SesArrival } from './arrivals.ts';
import type { EventOptions, EventPublisher } from './events/event-publisher.ts';
import type { FaultDice, FaultPlan } from './fault-plan.ts';
import type { SesIdentities } from './identities.ts';
import type { Ledger } from './ledger.ts';
import type { SesRights } from './rights.ts';
import type { SesSuppressionList } from './suppression-list.ts';

/** How the fake SES is set up; everything may be left out, and it listens on 127.0.0.1 unless told. */
export type FakeSesOptions = {
  readonly port?: number;
  readonly host?: string;
  readonly account?: SesAccountChanges;
  readonly faults?: FaultPlan;
  readonly events?: EventOptions;
  /** Gets every accepted message as a line of JSON, before SES answers. */
  readonly ledgerFile?: string;
  /** How many messages are kept with their bodies (10,000 unless told; 256 MiB together at most). */
  readonly maxMessages?: number;
  /** When a new identity is verified: at once unless told, only by hand with null. */
  readonly verifyIdentitiesAfterMs?: number | null;
};

/** The other company: Amazon SES v2 as far as Postroom uses it, with a ledger, faults, events and an inbox; and what a set-up makes beside it. */
export type FakeSes = {
  /** The endpoint to give to the AWS client. */
  readonly url: string;
  /** Where a person reads the messages. */
  readonly inboxUrl: string;
  readonly port: number;
  readonly ledger: Ledger;
  /** Every SendEmail request that could be read, accepted or not, in the order of time. */
  arrivals(): SesArrival[];
  readonly faults: Pick<FaultDice, 'set' | 'clear'>;
  readonly account: SesAccount;
  readonly identities: SesIdentities;
  /** What the caller may do: everything, until a policy is set. */
  readonly rights: Pick<SesRights, 'set'>;
  /** Addresses that the account sends nothing to. */
  readonly suppressionList: SesSuppressionList;
  /** What stands beside SES at the same address: SNS, SQS, STS and IAM, which hold what a set-up makes there. */
  readonly aws: Pick<FakeAws, 'queues'>;
  /** Null when no events are posted anywhere but to topics of configuration sets. */
  readonly events: EventPublisher | null;
  /** How often each operation, of SES and of what stands beside it, ended how: `SendEmail` -> `accepted`, an error's name or a fault's. */
  outcomes(): Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Forgets messages, faults, identities, rights, suppressions and use; the ledger's file and numbering go on. */
  reset(): void;
  /** Resets every connection and refuses new ones until `comeUp`, or for that long. */
  goDown(forMs?: number): Promise<void>;
  comeUp(): Promise<void>;
  /** Ends every call, also those that hang; may be called again. */
  stop(): Promise<void>;
};

/** Answers a request of its own, or says with false that it is not one of them. */
export type FakeSesRoute = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => boolean | Promise<boolean>;
