import type { DoorSend } from '@postroom/contracts';
import {
  type AcceptBatchDeps,
  acceptSends,
  createPace,
  malformed,
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
  /** Refuses some of those that are well-formed; left out: none. */
  readonly refuse?: (sends: readonly SendToAccept[]) => Promise<readonly SendToAccept[]>;
  readonly isWhole: boolean;
};

const toAccept = (send: DoorSend): SendToAccept => (send.kind === 'bad' ? malformed(send.issues) : send);

/** Accepts the emails of a request to a door. What is answered as accepted is on disk. */
export async function takeSends(
  { accept, metrics }: TakeSendsDeps,
  { request, response }: { readonly request: Request; readonly response: Response },
  { emails, read, refuse, isWhole }: Reading,
): Promise<SendsOutcome> {
  const end = metrics.acceptSeconds.startTimer();
  const idempotencyHeader = idempotencyHeaderOf(request);
  const given: SendToAccept[] = [];
  const pace = createPace();
  for (const raw of emails) {
    given.push(toAccept(read(raw)));
    await pace();
  }
  const sends = refuse === undefined ? given : await refuse(given);
  const outcome = await acceptSends(accept, { ...ownerOf(response), sends, idempotencyHeader, isWhole });
  countItems(metrics, outcome.kind === 'taken' ? outcome.outcomes : [...outcome.rejections.values()]);
  end();
  return outcome;
}
