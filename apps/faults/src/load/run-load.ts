import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { acceptedAs, type ClientSend } from '../nouns/client-log.ts';
import type { PlannedRequest, PlannedSend } from '../nouns/plan.ts';
import type { Caller, Reply } from './post-until-answered.ts';
import { readAnswer } from './read-answer.ts';

/** Requests that wait for their answers at once; a client that has more puts the next one off. */
const maxUnderWay = 40;

async function cancel(caller: Caller, key: string, log: ClientSend): Promise<void> {
  const sendId = acceptedAs(log);
  if (sendId === null) return;
  await caller({ path: `/emails/${sendId}/cancel`, key }, ({ atMs, ms, status }) => {
    if (status !== null) log.cancel = { atMs, ms, status };
  });
}

async function refuse(caller: Caller, key: string, { log, refusal }: PlannedSend): Promise<void> {
  if (refusal === undefined || acceptedAs(log) === null) return;
  await caller({ ...refusal, key }, ({ atMs, ms, status }) => {
    if (status !== null) log.refusal = { atMs, ms, status };
  });
}

const profilesSchema = z.object({ data: z.tuple([z.object({ id: z.string() })]) });
const erasureSchema = z.object({ id: z.string() });

/** Says that somebody is to be erased: by the address, or by the profile that the send has made. */
async function erase(caller: Caller, key: string, log: ClientSend): Promise<void> {
  const { erasure } = log;
  if (erasure === null || acceptedAs(log) === null) return;
  const note = ({ atMs, ms, status, body }: Reply) => {
    if (status !== null) erasure.answered = { atMs, ms, status };
    if (status !== null && status < 300) erasure.id = erasureSchema.parse(body).id;
  };
  const { email, by } = erasure;
  if (by === 'email') {
    await caller({ path: '/erasures', key, body: JSON.stringify({ email }) }, note);
    return;
  }
  let profileId = '';
  await caller({ method: 'GET', path: `/profiles?email=${encodeURIComponent(email)}`, key }, (reply) => {
    if (reply.status === 200) [{ id: profileId }] = profilesSchema.parse(reply.body).data;
  });
  await caller({ method: 'DELETE', path: `/profiles/${profileId}?erase=true`, key }, note);
}

async function makeRequest(caller: Caller, request: PlannedRequest): Promise<void> {
  const { key, headers, body, sends } = request;
  const ask = () =>
    caller({ path: '/emails/batch', key, headers, body }, (reply) => {
      readAnswer(request, reply).forEach((answer, at) => {
        sends[at]?.log.tries.push(answer);
      });
    });
  await Promise.all(Array.from({ length: request.copies }, ask));
  if (request.next !== null) await makeRequest(caller, request.next);
  const canceled = sends.filter(({ log }) => log.kind === 'canceled');
  await Promise.all([
    ...canceled.map(({ log }) => cancel(caller, key, log)),
    ...sends.map((send) => refuse(caller, key, send)),
    ...sends.map(({ log }) => erase(caller, key, log)),
  ]);
}

const sendsOf = (request: PlannedRequest): readonly PlannedSend[] => [
  ...request.sends,
  ...(request.next === null ? [] : sendsOf(request.next)),
];

/**
 * Makes every request at its time and resolves once all of them were answered, or the caller was aborted. The logs of
 * its sends are handed over first, so that they can be read whatever comes.
 */
export async function runLoad(
  requests: readonly PlannedRequest[],
  {
    caller,
    signal,
    onSends,
  }: {
    readonly caller: Caller;
    readonly signal: AbortSignal;
    readonly onSends: (sends: readonly ClientSend[]) => void;
  },
): Promise<void> {
  onSends(requests.flatMap(sendsOf).map(({ log }) => log));
  const underWay = new Set<Promise<void>>();
  const failures: unknown[] = [];
  for (const request of requests) {
    const waitMs = request.atMs - Date.now();
    if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => undefined);
    while (underWay.size >= maxUnderWay) await Promise.race(underWay);
    if (signal.aborted) break;
    const running = makeRequest(caller, request)
      .catch((error: unknown) => failures.push(error))
      .then(() => void underWay.delete(running));
    underWay.add(running);
  }
  await Promise.all(underWay);
  if (failures.length > 0) throw failures[0];
}
