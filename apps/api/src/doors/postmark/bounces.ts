import {
  addressKey,
  bounceNumberOf,
  momentOfBounce,
  type PostmarkBounce,
  type PostmarkBounceType,
  postmarkBouncesQuerySchema,
  postmarkBounceTypes,
  withPlainNames,
} from '@postroom/contracts';
import {
  type AcceptBatchDeps,
  PostroomError,
  type SendOwner,
  type SendsFilter,
  type StoredSend,
} from '@postroom/core';
import type { ResourceStores, SendReadStore } from '@postroom/db';
import { type Request, type Response, Router } from 'express';
import { parse } from '../../http/parse.ts';
import { requireScope } from '../../middleware/authenticate.ts';
import { mostLookedAt, type ReadGates } from '../../routes/read-gates.ts';
import { ownerOf } from '../../routes/resource-request.ts';
import { bouncedAddress, bounceNames, presentBounce } from './present-bounce.ts';

export type PostmarkBounceDeps = Pick<ReadGates, 'listGate'> & {
  readonly sends: Pick<SendReadStore, 'list' | 'count' | 'findBounces'>;
  readonly suppressions: Pick<ResourceStores['suppressions'], 'count' | 'remove'>;
  readonly accept: Pick<AcceptBatchDeps, 'directory'>;
};

/** What stands in lists of sends where Postmark says a type. */
const filterOf: Readonly<Record<PostmarkBounceType, SendsFilter>> = {
  HardBounce: { isSoftBounce: false },
  SoftBounce: { isSoftBounce: true },
  SpamComplaint: { deliveries: ['complained'] },
};
const anyType: SendsFilter = { deliveries: ['bounced', 'complained'] };

/** So many suppressions are counted. */
const maxCounted = 10_000;

const noBounce = () =>
  new PostroomError('not_found', 'This workspace has no such bounce.', { details: { bounce: true } });

async function presentAll(
  { sends, accept }: PostmarkBounceDeps,
  { workspaceId }: SendOwner,
  found: readonly StoredSend[],
): Promise<readonly PostmarkBounce[]> {
  const reports = await sends.findBounces(found.map(({ id }) => id));
  const byId = new Map(reports.map((report) => [report.sendId, report]));
  const keyOf = (send: StoredSend) => addressKey(bouncedAddress(send, byId.get(send.id)));
  const inactive = await accept.directory.findSuppressed(workspaceId, [...new Set(found.map(keyOf))]);
  return found.map((send) => presentBounce(send, byId.get(send.id), inactive.get(keyOf(send))));
}

/** The sends whose bounces have the number in the path: one, unless two processes accepted them in one millisecond. */
async function sendsOf(
  { sends, listGate }: PostmarkBounceDeps,
  request: Request,
  owner: SendOwner,
): Promise<readonly [StoredSend, ...StoredSend[]]> {
  const number = Number(/^[1-9]\d{0,15}$/.exec(String(request.params.id))?.[0]);
  if (!Number.isSafeInteger(number)) throw noBounce();
  const createdFrom = momentOfBounce(number);
  const filter = { ...anyType, createdFrom, createdBefore: new Date(createdFrom.getTime() + 1) };
  const { items } = await listGate(owner.workspaceId)(() =>
    sends.list(owner, { filter, limit: maxCounted, most: mostLookedAt }),
  );
  const [send, ...others] = items.filter(({ id }) => bounceNumberOf(id) === number);
  if (send === undefined) throw noBounce();
  return [send, ...others];
}

async function presentOne(
  deps: PostmarkBounceDeps,
  send: StoredSend,
  owner: SendOwner,
): Promise<PostmarkBounce> {
  const [bounce] = await presentAll(deps, owner, [send]);
  if (bounce === undefined) throw new Error('a bounce that was found is not shown');
  return bounce;
}

const queryNames = Object.keys(postmarkBouncesQuerySchema.shape);

async function list(deps: PostmarkBounceDeps, request: Request, response: Response): Promise<void> {
  const asked = parse(postmarkBouncesQuerySchema, withPlainNames(request.query, queryNames));
  const { count, offset, type, emailFilter: to, tag, messageID: id } = asked;
  const owner = ownerOf(response);
  const filter = { ...(type === undefined ? anyType : filterOf[type]), to, tag, id };
  await deps.listGate(owner.workspaceId)(async () => {
    const { items } = await deps.sends.list(owner, { filter, limit: count, offset, most: mostLookedAt });
    const total = await deps.sends.count(owner, filter, mostLookedAt);
    response.json({ TotalCount: total.count, Bounces: await presentAll(deps, owner, items) });
  });
}

async function stats({ sends, suppressions }: PostmarkBounceDeps, owner: SendOwner) {
  const counted = [];
  for (const Type of postmarkBounceTypes) {
    const { count } = await sends.count(owner, filterOf[Type], mostLookedAt);
    counted.push({ Type, Name: bounceNames[Type], Count: count });
  }
  const { count } = await sends.count(owner, anyType, mostLookedAt);
  return {
    InactiveMails: await suppressions.count(owner.workspaceId, maxCounted),
    Bounces: [{ Name: 'All', Count: count }, ...counted],
  };
}

/** `/bounces` and `/deliverystats` as Postmark has them: a bounce is a message that bounced, and its number is made of the id. */
export function postmarkBounceRoutes(deps: PostmarkBounceDeps): Router {
  const router = Router();
  const mayRead = requireScope('emails:read');
  router.get('/deliverystats', mayRead, async (_request, response) => {
    const owner = ownerOf(response);
    response.json(await deps.listGate(owner.workspaceId)(() => stats(deps, owner)));
  });
  router.get('/bounces', mayRead, (request, response) => list(deps, request, response));
  router.get('/bounces/:id', mayRead, async (request, response) => {
    const owner = ownerOf(response);
    const [newest] = await sendsOf(deps, request, owner);
    response.json(await presentOne(deps, newest, owner));
  });
  router.get('/bounces/:id/dump', mayRead, async (request, response) => {
    await sendsOf(deps, request, ownerOf(response));
    response.json({ Body: '' });
  });
  router.put('/bounces/:id/activate', requireScope('admin', 'live key'), async (request, response) => {
    const owner = ownerOf(response);
    const [send, ...others] = await sendsOf(deps, request, owner);
    if (others.length > 0) {
      const message = 'Several bounces have this number: lift the suppression of the address that you mean.';
      throw new PostroomError('unprocessable', message);
    }
    const bounce = await presentOne(deps, send, owner);
    if (bounce.Type === 'SpamComplaint') {
      const message = 'An address that complained is not activated by a bounce: lift its suppression.';
      throw new PostroomError('unprocessable', message);
    }
    await deps.suppressions.remove(owner.workspaceId, bounce.Email, ['Bounce']);
    const after = await presentOne(deps, send, owner);
    if (after.Inactive) {
      const message =
        'This address is suppressed for something else than a bounce: lift its suppression if it is to have mail again.';
      throw new PostroomError('unprocessable', message);
    }
    response.json({ Message: 'OK', Bounce: after });
  });
  return router;
}
