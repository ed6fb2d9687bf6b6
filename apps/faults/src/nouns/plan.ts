import type { ClientSend, Erasure, SendKind } from './client-log.ts';
import type { Workspace } from './workspace.ts';

/** A send that the load is going to ask for: its log, and its item or email. */
export type PlannedSend = {
  readonly log: ClientSend;
  readonly body: Readonly<Record<string, unknown>>;
  /** How its recipient says, once it is accepted, that it is unwanted. */
  readonly refusal?: { readonly method: 'POST' | 'PUT'; readonly path: string; readonly body: string };
};

/** Whether doubts of a send are ended by sending again, or by giving it up. */
export type Policy = 'resend' | 'hold';

export type SendPlan = {
  readonly workspace: Workspace;
  readonly key: string;
  readonly kind: SendKind;
  readonly policy: Policy;
  /** When it is going to be asked for, in milliseconds since 1970. */
  readonly atMs: number;
  /** Who of its recipients is erased once it is accepted, and how that is asked for. */
  readonly erasure?: Pick<Erasure, 'is' | 'by'> | undefined;
};

/** One request that clients are going to make, as often as it takes until they know what came of it. */
export type PlannedRequest = {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly sends: readonly PlannedSend[];
  readonly dialect: 'items' | 'emails';
  /** How many clients make it at the same moment. */
  readonly copies: number;
  /** What is asked for once this one was answered. */
  readonly next: PlannedRequest | null;
};

export type LoadPlan = {
  readonly workspaces: readonly Workspace[];
  readonly seed: number;
  readonly sends: number;
  readonly policy: Policy;
  readonly startAtMs: number;
  readonly overMs: number;
  /** The part of the sends that runs away. */
  readonly poisonShare: number;
  /** Whose sends those are; each of the second's has a template of its own. */
  readonly poisoner: 'both' | 'second';
  /** The part of the plain, copied and scheduled sends of which somebody is erased. */
  readonly erasedShare: number;
  /** About 60 requests make up a load unless told. */
  readonly sendsPerRequest: number | null;
  /** Tells the loads of one run apart. */
  readonly label: string;
};
