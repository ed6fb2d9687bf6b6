import { randomUUID } from 'node:crypto';
import { unsubscribeUrlOf } from '@postroom/core';
import type { Json, TestApi, TestWorkspace } from '../start-api.ts';

/** A send of a group, and the token that the mail would hold. */
export type Linked = {
  readonly sendId: string;
  readonly groupId: string;
  readonly email: string;
  readonly token: string;
};

/** The token of a send, signed with the secret of a workspace. */
export async function tokenOf(api: TestApi, workspaceId: string, sendId: string): Promise<string> {
  const { linkSecret } = await api.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } });
  const send = { id: sendId, subscriptionGroupId: 'any', linkSecret };
  return (unsubscribeUrlOf(send, '') ?? '').slice('/u/'.length);
}

/** Accepts one item with a subscription group and signs its link. */
export async function aLinkedSend(
  { api, workspace }: { readonly api: TestApi; readonly workspace: TestWorkspace },
  { group = {}, item = {} }: { readonly group?: Json; readonly item?: Json } = {},
): Promise<Linked> {
  const groupId = await workspace.aGroup(group);
  const email = `recipient-${randomUUID()}@example.com`;
  const { items } = await workspace.batch([
    {
      idempotencyKey: randomUUID(),
      templateId: await workspace.aTemplate(),
      subscriptionGroupId: groupId,
      to: { email },
      ...item,
    },
  ]);
  const [first] = items;
  if (first?.status !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(first)}`);
  const sendId = first.send.id;
  return { sendId, groupId, email, token: await tokenOf(api, workspace.id, sendId) };
}

/** What the profiles with an address, or with an id, said about a group. */
export async function saidAbout(
  { prisma }: TestApi,
  groupId: string,
  who: { readonly email: string } | { readonly profileId: string },
): Promise<readonly boolean[]> {
  const where = 'email' in who ? { emailKey: who.email.toLowerCase() } : { id: who.profileId };
  const rows = await prisma.subscription.findMany({ where: { groupId, profile: where } });
  return rows.map(({ subscribed }) => subscribed);
}
