import {
  type DoorSend,
  expected,
  inAnyCase,
  maxPostmarkBatch,
  parseSendId,
  postmarkFieldNames,
  postmarkTemplatesSchema,
  readPostmarkEmail,
  readPostmarkTemplate,
} from '@postroom/contracts';
import {
  found,
  notFound,
  PostroomError,
  type ReadRef,
  type SendOutcome,
  type SnapshotContent,
} from '@postroom/core';
import type { SendReadStore } from '@postroom/db';
import { type Request, type Response, Router } from 'express';
import * as z from 'zod';
import { parse } from '../../http/parse.ts';
import { requireScope } from '../../middleware/authenticate.ts';
import { batchBodyBytes, jsonBody } from '../../middleware/json-body.ts';
import { presentEmailHistory } from '../../present/email-history.ts';
import type { ReadGates } from '../../routes/read-gates.ts';
import { ownerOf, sightOf, workspaceOf } from '../../routes/resource-request.ts';
import { type TakeSendsDeps, takeSends } from '../take-sends.ts';
import { refuseInactive } from './inactive.ts';
import { presentDetails, presentSent } from './present-message.ts';

export type PostmarkMessageDeps = TakeSendsDeps &
  Pick<ReadGates, 'contentGate'> & {
    readonly sends: Pick<SendReadStore, 'find' | 'findHistory' | 'findSource'>;
    /** What a send is made from. */
    readonly snapshot: (id: string) => Promise<SnapshotContent>;
  };

const what = 'message';

const listSchema = z.array(z.unknown(), expected('an array of messages'));

/** Whatever is wrong with one message of a batch, the others are taken. */
async function take(
  deps: PostmarkMessageDeps,
  { request, response }: { readonly request: Request; readonly response: Response },
  { messages, read }: { readonly messages: readonly unknown[]; readonly read: (raw: unknown) => DoorSend },
): Promise<readonly SendOutcome[]> {
  if (messages.length > maxPostmarkBatch) {
    const message = `The request holds more than ${maxPostmarkBatch} messages: send fewer in one.`;
    throw new PostroomError('validation_failed', message, { details: { tooMany: true } });
  }
  const refuse = (sends: Parameters<typeof refuseInactive>[2]) =>
    refuseInactive(deps.accept.directory, workspaceOf(response), sends);
  const reading = { emails: messages, read, names: postmarkFieldNames, refuse, isWhole: false };
  const outcome = await takeSends(deps, { request, response }, reading);
  if (outcome.kind === 'refused') throw new Error('messages that stand alone were refused as a whole');
  return outcome.outcomes;
}

/** One message is answered by itself: what is wrong with it is the request's error. */
async function takeOne(
  deps: PostmarkMessageDeps,
  request: Request,
  response: Response,
  read: (raw: unknown) => DoorSend,
): Promise<void> {
  const [only] = await take(deps, { request, response }, { messages: [request.body], read });
  if (only === undefined) throw new Error('the only message of a request has no outcome');
  response.status(only.kind === 'rejected' ? 422 : 200).json(presentSent(only));
}

async function detailsOf(deps: PostmarkMessageDeps, seen: ReadRef) {
  const send = found(await deps.sends.find(seen), what);
  const [content, kept, source] = await Promise.all([
    deps.snapshot(send.snapshotId),
    deps.sends.findHistory(seen),
    deps.sends.findSource(seen),
  ]);
  const known = found(kept, what);
  const extras = found(source, what);
  const history = presentEmailHistory(known);
  const { isToOne } = known.send;
  return presentDetails({ send: { ...send, isToOne }, extras, content, history });
}

/** `/email` and what was sent, as Postmark has them. */
export function postmarkMessageRoutes(deps: PostmarkMessageDeps): Router {
  const router = Router();
  const write = [requireScope('emails:write'), ...jsonBody(batchBodyBytes)];
  router.post('/email', ...write, (request, response) => takeOne(deps, request, response, readPostmarkEmail));
  router.post('/email/withTemplate', ...write, (request, response) =>
    takeOne(deps, request, response, readPostmarkTemplate),
  );
  router.post('/email/batch', ...write, async (request, response) => {
    const messages = parse(listSchema, request.body);
    const outcomes = await take(deps, { request, response }, { messages, read: readPostmarkEmail });
    response.json(outcomes.map(presentSent));
  });
  router.post('/email/batchWithTemplates', ...write, async (request, response) => {
    const { Messages: messages } = parse(inAnyCase(postmarkTemplatesSchema), request.body);
    const outcomes = await take(deps, { request, response }, { messages, read: readPostmarkTemplate });
    response.json(outcomes.map(presentSent));
  });
  router.get('/messages/outbound/:id/details', requireScope('emails:read'), async (request, response) => {
    const id = parseSendId(String(request.params.id));
    if (id === null) throw notFound(what);
    const seen = sightOf({ ...ownerOf(response), id: id.uuid });
    await deps.contentGate(seen.workspaceId)(async () => {
      response.json(await detailsOf(deps, seen));
    });
  });
  return router;
}
