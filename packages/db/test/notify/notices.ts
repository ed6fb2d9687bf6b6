import {
  type ClaimedNotice,
  type NoticeRecord,
  newId,
  newWebhookSecret,
  type SendOwner,
} from '@postroom/core';
import { type PrismaClient, WebhookEndpointStore, WorkspaceStore } from '../../src/index.ts';

/** The default workspace, and its live keys. */
export const ownerOf = async (prisma: PrismaClient, isSimulated = false): Promise<SendOwner> => ({
  workspaceId: await new WorkspaceStore(prisma).ensureDefault(),
  isSimulated,
});

/** A workspace that nobody has used. */
export async function aWorkspace(prisma: PrismaClient): Promise<SendOwner> {
  const workspaceId = newId();
  await prisma.workspace.create({ data: { id: workspaceId, name: 'test' } });
  return { workspaceId, isSimulated: false };
}

/** Makes an endpoint and answers its id; it asks for everything unless told. */
export async function anEndpoint(
  prisma: PrismaClient,
  owner: SendOwner,
  events: readonly ('*' | 'email.sent' | 'email.failed')[] = ['*'],
): Promise<string> {
  const made = await new WebhookEndpointStore(prisma).create(owner, {
    url: 'https://receiver.example/',
    events: [...events],
    enabled: true,
    secret: newWebhookSecret(),
  });
  if (made === null) throw new Error('there are as many endpoints as there may be');
  return made.id;
}

/** What was told of a send, or of everything beside sends, in the order of time. */
export async function toldOf(prisma: PrismaClient, sendId: string | null): Promise<readonly string[]> {
  return (await writtenOf(prisma, sendId)).map(({ type }) => type);
}

/** Notices in the order in which they were written: two of one millisecond have ids in any order. */
export const writtenOf = (
  prisma: PrismaClient,
  sendId: string | null,
): Promise<readonly { readonly type: string; readonly facts: unknown }[]> => prisma.$queryRaw`
  SELECT type, facts FROM webhook_notices WHERE send_id IS NOT DISTINCT FROM ${sendId}::uuid
  ORDER BY xmin::text::bigint, id`;

/** What came of a try that arrived, unless told. */
export const recordOf = (notice: ClaimedNotice, overrides: Partial<NoticeRecord> = {}): NoticeRecord => ({
  noticeId: notice.id,
  leaseToken: notice.leaseToken,
  url: notice.url,
  attempt: notice.attempt,
  startedAt: new Date(),
  durationMs: 5,
  request: '{}',
  statusCode: 200,
  answer: 'ok',
  error: null,
  state: 'delivered',
  delayMs: 0,
  isGone: false,
  ...overrides,
});

/** What came of one that is made again at once. */
export const failed = { state: 'pending', statusCode: 500, error: 'status' } as const;
