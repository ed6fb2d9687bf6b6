/** What a client asked for, and so what has to come of it. */
export type SendKind =
  | 'plain'
  /** With copies, of which one is suppressed and has to be left out. */
  | 'copied'
  /** With data that would break out of a header. */
  | 'hostile'
  /** To mailboxes of SES's simulator. */
  | 'bounced'
  | 'complained'
  | 'scheduled'
  /** Canceled by the client as soon as it is accepted. */
  | 'canceled'
  | 'suppressed'
  | 'unsubscribed'
  /** Scheduled, and unwanted only once it was accepted: its recipient is suppressed, or unsubscribes. */
  | 'suppressed_later'
  | 'unsubscribed_later'
  /** Lacks a variable: the item has to be rejected. */
  | 'incomplete'
  /** Part of a request that has to be refused as a whole. */
  | 'refused'
  /** A known key with another body: the item has to be rejected. */
  | 'reused'
  /** Of a template that runs away. */
  | 'poison';

/** What a client learned of one send in one try; `unknown`: the request may or may not have been done. */
export type ClientTry = {
  readonly atMs: number;
  readonly ms: number;
} & (
  | { readonly kind: 'accepted'; readonly sendId: string; readonly replayed: boolean }
  | { readonly kind: 'rejected'; readonly error: string }
  | { readonly kind: 'refused'; readonly status: number }
  | { readonly kind: 'unknown'; readonly reason: string }
);

/** When something was asked for, and how it was answered after so long. */
type Answered = { readonly atMs: number; readonly ms: number; readonly status: number };

/** That a person is to be erased: one of those that get a send, or got it. */
export type Erasure = {
  /** The bare address. */
  readonly email: string;
  readonly is: 'recipient' | 'copy';
  /** Asked for by the address, or by the profile that has it. */
  readonly by: 'email' | 'profile';
  /** How the wish was answered; null: there was none, or no answer. */
  answered: Answered | null;
  /** Which erasure it became, once it was answered so. */
  id: string | null;
};

/** One idempotency key as a client knows it. */
export type ClientSend = {
  readonly workspaceId: string;
  readonly key: string;
  readonly kind: SendKind;
  /** The bare address that it has to come from, which tells the workspaces apart. */
  readonly from: string;
  /** The subject that it has to have, which tells all sends apart; of a hostile one, how that begins. */
  readonly subject: string;
  /** Bare addresses, lower case, that have to get it. */
  readonly recipients: readonly string[];
  readonly scheduledAtMs: number | null;
  readonly tries: ClientTry[];
  /** How the wish to cancel it was answered, and after how long; null: there was none, or no answer. */
  cancel: Answered | null;
  /** How the wish of its recipient not to get it was answered; null: there was none, or no answer. */
  refusal: Answered | null;
  /** Who of its recipients is erased; null: nobody. */
  readonly erasure: Erasure | null;
};

/** One HTTP request, for the latencies. */
export type ClientRequest = {
  readonly atMs: number;
  readonly ms: number;
  /** Null when there was no answer. */
  readonly status: number | null;
};

/** Whether the one that a send is to is erased, so that it is canceled if it still waits. */
export const isToErased = ({ erasure }: ClientSend): boolean => erasure?.is === 'recipient';

/** The send that a client holds an acceptance of, or null. */
export function acceptedAs({ tries }: ClientSend): string | null {
  for (const attempt of tries) if (attempt.kind === 'accepted') return attempt.sendId;
  return null;
}

/** Whether the client was told in the end what became of its wish. */
export function isDefinite({ tries }: ClientSend): boolean {
  return tries.some(({ kind }) => kind !== 'unknown');
}
