import { randomUUID } from 'node:crypto';
import { linkTrackingOf } from '@postroom/core';
import type { Json, TestApi, TestWorkspace } from '../start-api.ts';

/** A send that was given to SES a while ago, and its links. */
export type Tracked = {
  readonly id: string;
  readonly link: (url: string, number?: number) => string;
  readonly pixel: string;
};

/** The paths of tracked links of a send, signed with the secret of a workspace. */
export async function linksOf(api: TestApi, workspaceId: string, id: string): Promise<Tracked> {
  const { linkSecret } = await api.prisma.workspace.findUniqueOrThrow({ where: { id: workspaceId } });
  const send = {
    id,
    linkSecret,
    trackClicks: true,
    trackOpens: true,
    trackText: false,
    trackingHost: null,
    headers: [],
    attachments: [],
  };
  const tracking = linkTrackingOf(send, { publicUrl: 'https://mail.example.com', unsubscribeUrl: null });
  const pathOf = (url: string | null | undefined) => (url ?? '').replace('https://mail.example.com', '');
  return {
    id,
    link: (url, number = 0) => pathOf(tracking?.urlOf?.(url, number)),
    pixel: pathOf(tracking?.pixelUrl),
  };
}

/** Accepts one item, and lets it have been sent an hour ago. */
export async function aTrackedSend(
  { api, workspace }: { readonly api: TestApi; readonly workspace: TestWorkspace },
  item: Json = {},
): Promise<Tracked> {
  const { items } = await workspace.batch([
    {
      idempotencyKey: randomUUID(),
      templateId: await workspace.aTemplate(),
      to: { email: `${randomUUID()}@example.com` },
      ...item,
    },
  ]);
  const [first] = items;
  if (first?.status !== 'accepted') throw new Error(`not accepted: ${JSON.stringify(first)}`);
  const { id } = first.send;
  const sentAt = new Date(Date.now() - 3_600_000);
  await api.prisma.emailSend.update({ where: { id }, data: { status: 'Sent', sentAt } });
  return linksOf(api, workspace.id, id);
}
