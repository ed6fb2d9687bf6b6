import { type DoorSend, type FieldNames, inTheirWords } from '@postroom/contracts';
import {
  type AcceptBatchDeps,
  acceptSends,
  createPace,
  malformed,
  type Rejection,
  type SendOutcome,
  type SendsOutcome,
  type SendToAccept,
} from '@postroom/core';
import type { Request, Response } from 'express';
import type { ApiMetrics } from '../metrics/metrics.ts';
import { ownerOf } from '../routes/resource-request.ts';
import { countItems, idempotencyHeaderOf } from '../routes/send-emails.ts';

export type TakeSendsDeps = { readonly accept: AcceptBatchDeps; readonly metrics: ApiMetrics };

/** How the emails of a request are read, and whether one that is refused refuses all. */
type Reading = {
  readonly emails: readonly unknown[];
  readonly read: (raw: unknown) => DoorSend;
  /** What our fields are called in the request. */
  readonly names: FieldNames;
  /** Why some of those that are well-formed are refused, by their place, where they are new; left out: none is. */
  readonly refuse?: (sends: readonly SendToAccept[]) => Promise<ReadonlyMap<number, Rejection>>;
  readonly isWhole: boolean;
};

const toAccept = (send: DoorSend): SendToAccept => (send.kind === 'bad' ? malformed(send.issues) : send);

const isRejected = <One extends SendOutcome>(one: One): one is One & Rejection => one.kind === 'rejected';

/** Accepts the emails of a request to a door. What is answered as accepted is on disk. */
export async function takeSends(
  { accept, metrics }: TakeSendsDeps,
  { request, response }: { readonly request: Request; readonly response: Response },
  { emails, read, names, refuse, isWhole }: Reading,
): Promise<SendsOutcome> {
  const end = metrics.acceptSeconds.startTimer();
  const idempotencyHeader = idempotencyHeaderOf(request);
  const sends: SendToAccept[] = [];
  const pace = createPace();
  for (const raw of emails) {
    sends.push(toAccept(read(raw)));
    await pace();
  }
  const refusals = await refuse?.(sends);
  const input = { ...ownerOf(response), sends, idempotencyHeader, isWhole, refusals };
  const outcome = await acceptSends(accept, input);
  countItems(metrics, outcome.kind === 'taken' ? outcome.outcomes : [...outcome.rejections.values()]);
  end();
  // What was wrong with one when it was read is said in their words already.
  const asRead = new Set<unknown>(sends);
  const told = <One extends SendOutcome>(one: One): One =>
    isRejected(one) && !asRead.has(one) ? inTheirWords(one, names) : one;
  return outcome.kind === 'taken'
    ? { ...outcome, outcomes: outcome.outcomes.map(told) }
    : { ...outcome, rejections: new Map([...outcome.rejections].map(([at, one]) => [at, told(one)])) };
}
