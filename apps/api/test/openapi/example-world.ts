import { randomBytes } from 'node:crypto';
import { bounceNumberOf, erasureSchema, webhookDeliveryLogSchema } from '@postroom/contracts';
import { confirmUrlOf, hostChallenge } from '@postroom/core';
import { LinkKeyStore } from '@postroom/db';
import { exampleIds, exampleTimes } from '@postroom/reference';
import { acceptedOf } from '../contract/batch-items.ts';
import type { Answer, TestApi, TestWorkspace } from '../start-api.ts';
import { linksOf } from '../tracked-links/a-tracked-send.ts';
import { tokenOf } from '../unsubscribe/links.ts';
import { type DocumentedRoute, exampleBodyOf, keyHeadersOf, pathWith } from './documented-routes.ts';

/** A workspace in which everything exists that the examples name. */
export type ExampleWorld = {
  readonly workspace: TestWorkspace;
  /** Puts what exists here in the place of what an example names. */
  translate(text: string): string;
};

/** Calls a route with a key as the document shows it, about what exists in a world. */
export function callAsShown(
  { call }: Pick<TestApi, 'call'>,
  { translate }: Pick<ExampleWorld, 'translate'>,
  { route, key }: { readonly route: DocumentedRoute; readonly key: string },
): Promise<Answer> {
  const body = exampleBodyOf(route);
  return call(pathWith(route, translate(route.named)) + route.query, {
    method: route.method,
    headers: keyHeadersOf(route, key),
    ...(body === undefined ? {} : { body: JSON.parse(translate(JSON.stringify(body))) }),
  });
}

/** How the send that examples name has to stand. */
export type SendState = 'queued' | 'scheduled' | 'failed';

let worlds = 0;

const hoursAhead = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();

async function aDelivery(workspace: TestWorkspace, webhookId: string): Promise<string> {
  const answer = await workspace.post(`/webhooks/${webhookId}/test`, {});
  return webhookDeliveryLogSchema.parse(answer.body).id;
}

const anAction = (workspace: TestWorkspace, action: string): Promise<string> =>
  workspace.make('/emails/actions', { action, filter: { tag: 'none' } });

/** Makes a send ask its profile to confirm, and answers the token of its link. */
async function askedBy(
  { prisma }: TestApi,
  workspace: TestWorkspace,
  { id, profileId, secret }: { readonly id: string; readonly profileId: string; readonly secret: Uint8Array },
): Promise<string> {
  const groupId = await workspace.aGroup();
  await prisma.subscription.create({ data: { groupId, profileId, subscribed: false, pending: true } });
  await prisma.emailSend.update({ where: { id }, data: { confirmsGroupId: groupId } });
  return confirmUrlOf({ id, confirmsGroupId: groupId, linkSecret: secret }, '')?.split('/').at(-2) ?? '';
}

/** Makes such a workspace; its domain is its own, since a domain belongs to one workspace alone. */
export async function makeExampleWorld(api: TestApi, state: SendState): Promise<ExampleWorld> {
  worlds += 1;
  const domain = `w${worlds}.example.com`;
  const workspace = await api.makeWorkspace();
  const senderProfileId = await workspace.aSender({
    fromEmail: `orders@${domain}`,
    trackingHost: `https://links.${domain}`,
  });
  await workspace.aSender({ fromEmail: `news@${domain}` });
  const templateId = await workspace.aTemplate({
    senderProfileId,
    subject: 'Your order {{order}}',
    html: '<p>{{name}}</p>',
    sampleData: { name: 'Ada', order: '1' },
  });
  const profileId = await workspace.aProfile({ email: `ada@${domain}`, externalId: 'customer-1' });
  const subscriptionGroupId = await workspace.aGroup();
  const item = {
    idempotencyKey: 'made before',
    templateId,
    profileId,
    subscriptionGroupId,
    data: { name: 'Ada', order: '1' },
    scheduledAt: state === 'scheduled' ? hoursAhead(1) : null,
  };
  const { batchId, items } = await workspace.batch([item]);
  const { id } = acceptedOf(items[0]).send;
  if (state === 'failed') {
    // What can be retried, and what bounced, in one.
    const data = { status: 'Failed', delivery: 'bounced' } as const;
    await api.prisma.emailSend.update({ where: { id }, data });
  }
  await workspace.post('/suppressions', { email: `gone@${domain}` });
  const webhookId = await workspace.make('/webhooks', { url: `https://${domain}/`, events: ['email.sent'] });
  const erasure = await workspace.post('/erasures', { email: `erased@${domain}` });
  const secret = await new LinkKeyStore(api.prisma).secretOf(workspace.id);
  const tracked = await linksOf(api, workspace.id, id);
  const places: readonly (readonly [string, string])[] = [
    [exampleIds.send, id],
    [String(bounceNumberOf(exampleIds.send)), String(bounceNumberOf(id))],
    [exampleIds.batch, batchId ?? ''],
    [exampleIds.template, templateId],
    [exampleIds.senderProfile, senderProfileId],
    [exampleIds.domain, await workspace.make('/domains', { domain: `made.${domain}` })],
    [exampleIds.profile, profileId],
    [exampleIds.subscriptionGroup, subscriptionGroupId],
    [exampleIds.webhook, webhookId],
    [exampleIds.delivery, await aDelivery(workspace, webhookId)],
    [exampleIds.apiKey, await workspace.make('/api-keys', { name: 'Key', scopes: ['emails:read'] })],
    [exampleIds.action, await anAction(workspace, 'cancel')],
    [exampleIds.exportAction, await anAction(workspace, 'export')],
    [exampleIds.erasure, erasureSchema.parse(erasure.body).id],
    [exampleIds.linkToken, await tokenOf(api, workspace.id, id)],
    [exampleIds.confirmToken, await askedBy(api, workspace, { id, profileId, secret })],
    [exampleIds.clickToken, tracked.link('https://example.com/').split('/').at(-1) ?? ''],
    [exampleIds.openToken, tracked.pixel.split('/').at(-1) ?? ''],
    [exampleIds.hostChallenge, hostChallenge(secret, randomBytes(24))],
    [exampleTimes.due, hoursAhead(24)],
    ['example.com', domain],
  ];
  return {
    workspace,
    translate: (text) => places.reduce((done, [named, made]) => done.replaceAll(named, made), text),
  };
}
