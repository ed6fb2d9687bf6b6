import {
  inAnyCase,
  maxPostmarkDump,
  type PostmarkDump,
  type PostmarkReason,
  type PostmarkStatuses,
  postmarkAddressesSchema,
  postmarkAddressSchema,
  postmarkDumpQuerySchema,
  postmarkStreams,
  type SuppressionOrigin,
  type SuppressionReason,
  withPlainNames,
} from '@postroom/contracts';
import { invalidField, PostroomError } from '@postroom/core';
import type { ResourceStores, StoredSuppression } from '@postroom/db';
import { type Request, type RequestHandler, Router } from 'express';
import { parse } from '../../http/parse.ts';
import { requireScope } from '../../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../../middleware/json-body.ts';
import { workspaceOf } from '../../routes/resource-request.ts';

export type PostmarkSuppressionDeps = { readonly suppressions: ResourceStores['suppressions'] };

const reasonOf: Readonly<Record<SuppressionReason, PostmarkReason>> = {
  Bounce: 'HardBounce',
  Complaint: 'SpamComplaint',
  Manual: 'ManualSuppression',
};

const originOf: Readonly<Record<SuppressionOrigin, PostmarkDump['Suppressions'][number]['Origin']>> = {
  client: 'Customer',
  import: 'Customer',
  provider: 'Recipient',
  event: 'Recipient',
};

/** Suppressions are a workspace's here, and so those of each of its streams. */
const checkStream: RequestHandler = (request, _response, next) => {
  if (!postmarkStreams.some((stream) => stream === request.params.stream)) {
    throw invalidField(
      'MessageStream',
      `must be one of ${postmarkStreams.join(', ')}: there are no others here`,
    );
  }
  next();
};

const present = ({ email, reason, origin, createdAt }: StoredSuppression) => ({
  EmailAddress: email,
  SuppressionReason: reasonOf[reason],
  Origin: originOf[origin],
  CreatedAt: createdAt.toISOString(),
});

const queryNames = Object.keys(postmarkDumpQuerySchema.shape);

/** Why a complaint stays, in Postmark's words. */
const notYours = 'You do not have the required authority to change this suppression.';

/** Does something for each address of a request, and answers why it could not; one that is none fails alone. */
async function forEach(
  request: Request,
  status: 'Suppressed' | 'Deleted',
  act: (email: string) => Promise<string | null>,
): Promise<PostmarkStatuses> {
  const { Suppressions: given } = parse(inAnyCase(postmarkAddressesSchema), request.body);
  const statuses: PostmarkStatuses['Suppressions'] = [];
  for (const { EmailAddress } of given) {
    const email = postmarkAddressSchema.safeParse(EmailAddress);
    const shown = typeof EmailAddress === 'string' ? EmailAddress.slice(0, 320) : '';
    if (!email.success) {
      const Message = email.error.issues[0]?.message ?? 'is no address';
      statuses.push({ EmailAddress: shown, Status: 'Failed', Message });
    } else {
      const Message = await act(email.data);
      statuses.push({ EmailAddress: email.data, Status: Message === null ? status : 'Failed', Message });
    }
  }
  return { Suppressions: statuses };
}

/** The suppressions of a stream, as Postmark has them. */
export function postmarkSuppressionRoutes({ suppressions }: PostmarkSuppressionDeps): Router {
  const router = Router();
  const path = '/message-streams/:stream/suppressions';
  const write = [requireScope('admin', 'live key'), ...jsonBody(smallBodyBytes), checkStream];
  router.get(`${path}/dump`, requireScope('admin'), checkStream, async (request, response) => {
    const query = parse(postmarkDumpQuerySchema, withPlainNames(request.query, queryNames));
    const { SuppressionReason: wanted, EmailAddress: email, count, offset } = query;
    const workspaceId = workspaceOf(response);
    const one = email === undefined ? null : await suppressions.find(workspaceId, email);
    const page =
      email === undefined
        ? await suppressions.list(workspaceId, { limit: maxPostmarkDump })
        : { items: one === null ? [] : [one], hasMore: false };
    if (page.hasMore) {
      const message = `There are more than ${maxPostmarkDump}: take them from GET /api/v1/suppressions/export, or ask for one EmailAddress.`;
      throw new PostroomError('unprocessable', message);
    }
    const all = page.items.map(present);
    const Suppressions = all
      .filter(({ SuppressionReason }) => wanted === undefined || SuppressionReason === wanted)
      .slice(offset, offset + count);
    response.json({ Suppressions } satisfies PostmarkDump);
  });
  router.post(path, ...write, async (request, response) => {
    const workspaceId = workspaceOf(response);
    response.json(
      await forEach(request, 'Suppressed', async (email) => {
        await suppressions.add(workspaceId, { email, reason: 'Manual' });
        return null;
      }),
    );
  });
  router.post(`${path}/delete`, ...write, async (request, response) => {
    const workspaceId = workspaceOf(response);
    response.json(
      await forEach(request, 'Deleted', async (email) => {
        await suppressions.remove(workspaceId, email, ['Bounce', 'Manual']);
        return (await suppressions.find(workspaceId, email)) === null ? null : notYours;
      }),
    );
  });
  return router;
}
