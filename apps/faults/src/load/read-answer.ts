import { emailsBatchResponseSchema, itemsBatchResponseSchema, parseSendId } from '@postroom/contracts';
import type { ClientTry } from '../nouns/client-log.ts';
import type { PlannedRequest } from '../nouns/plan.ts';
import type { Reply } from './post-until-answered.ts';

/** `Omit` that keeps the cases of a union apart. */
type WithoutTimes<T> = T extends unknown ? Omit<T, 'atMs' | 'ms'> : never;

function ofItems(body: unknown): readonly WithoutTimes<ClientTry>[] {
  return itemsBatchResponseSchema
    .parse(body)
    .items.map((item) =>
      item.status === 'accepted'
        ? { kind: 'accepted', sendId: item.send.id, replayed: item.replayed }
        : { kind: 'rejected', error: item.error },
    );
}

function ofEmails(body: unknown): readonly WithoutTimes<ClientTry>[] {
  return emailsBatchResponseSchema.parse(body).emails.map(({ id }) => {
    const sendId = parseSendId(id)?.uuid;
    if (sendId === undefined) throw new Error(`the API answered with an id that is none: ${id}`);
    return { kind: 'accepted', sendId, replayed: false };
  });
}

/** What a reply says of each send of its request, in their order. */
export function readAnswer({ dialect, sends }: PlannedRequest, reply: Reply): readonly ClientTry[] {
  const { atMs, ms, status } = reply;
  if (status === 200) {
    const answers = (dialect === 'items' ? ofItems : ofEmails)(reply.body);
    if (answers.length !== sends.length) throw new Error('the API answered for another number of sends');
    return answers.map((answer) => ({ atMs, ms, ...answer }));
  }
  const isRefusal = status !== null && status < 500 && ![408, 425, 429].includes(status);
  return sends.map(() =>
    isRefusal ? { atMs, ms, kind: 'refused', status } : { atMs, ms, kind: 'unknown', reason: reply.reason },
  );
}
