import { randomBytes } from 'node:crypto';
import {
  createdApiKeySchema,
  type EmailSend,
  type ItemsBatchResponse,
  itemsBatchResponseSchema,
  type SendStatus,
  senderProfileSchema,
  suppressionSchema,
  templateSchema,
} from '@postroom/contracts';
import type { Foundation } from '../stack/environment.ts';
import type { Terminal } from '../terminal.ts';
import { type ApiClient, createApiClient } from './api-client.ts';
import { batchSize, bouncingIndex, customerAt, demoBatch, orderDataAt } from './demo-batch.ts';
import { followLinkIn } from './follow-link.ts';
import { followSends } from './follow-sends.ts';
import { orderHtml, orderSubject, orderText } from './order-template.ts';
import { createProgress } from './progress.ts';
import { readInbox } from './read-inbox.ts';
import { toldInHistory } from './told-in-history.ts';

/** What came of the demonstration, and a request of one item to paste. */
export type DemoOutcome = { readonly isAsPromised: boolean; readonly curl: string };

type Demo = {
  readonly foundation: Foundation;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** Makes names and idempotency keys differ from those of earlier runs. */
  readonly runId: string;
};

const settledStatuses: readonly SendStatus[] = ['Sent', 'Failed', 'Skipped', 'Canceled'];
const settledWithinMs = 60_000;
const deliveredWithinMs = 5_000;

/** Shows the whole way of a batch, through the public API alone, from the template to the inbox. */
export async function demonstrate(
  foundation: Foundation,
  terminal: Terminal,
  signal: AbortSignal,
): Promise<DemoOutcome> {
  const demo = { foundation, terminal, signal, runId: randomBytes(4).toString('hex') };
  const { apiUrl, key } = foundation;
  const admin = createApiClient({ apiUrl, key, signal });
  terminal.line();
  const ids = await createTemplate(admin, demo);
  const apiKey = await admin.post(
    '/api-keys',
    { name: `Quickstart ${demo.runId}`, scopes: ['emails:write', 'emails:read'] },
    createdApiKeySchema,
  );
  said(demo, 'API key', `${apiKey.prefix}…, which may write and read emails`);
  const sender = createApiClient({ apiUrl, key: apiKey.key, signal });
  const answer = await postBatch(sender, demo, ids);
  const sent = await follow(sender, demo, answer);
  await showMail(demo, answer);
  const isClickTold = await followLink(sender, demo, answer);
  const isBounceTold = await showBounce(admin, demo, answer);
  // It was for this run alone, and nobody saw it.
  await admin.delete(`/api-keys/${apiKey.id}`);
  return {
    isAsPromised: sent === batchSize - 1 && answer.rejected === 1 && isClickTold && isBounceTold,
    curl: curlOf(demo, ids.templateId),
  };
}

function said({ terminal }: Demo, name: string, text: string): void {
  terminal.line(`  ${terminal.paint('green', '✓')} ${name.padEnd(14)} ${text}`);
}

/** A refusal is the API's answer to what is wrong, and no failure of this run. */
function refused({ terminal }: Demo, name: string, text: string): void {
  terminal.line(`  ${terminal.paint('yellow', '–')} ${name.padEnd(14)} ${text}`);
}

function failed({ terminal }: Demo, name: string, text: string): void {
  terminal.line(`  ${terminal.paint('red', '✗')} ${name.padEnd(14)} ${text}`);
}

function counted(demo: Demo, name: string, [count, total, rest]: readonly [number, number, string]): void {
  const text = `${count} of ${total}${rest}`;
  if (count === total) said(demo, name, text);
  else failed(demo, name, text);
}

async function createTemplate(api: ApiClient, demo: Demo) {
  const sender = await api.post(
    '/sender-profiles',
    {
      name: `Quickstart ${demo.runId}`,
      fromEmail: 'orders@postroom.example',
      fromName: 'The Paper Postroom',
    },
    senderProfileSchema,
  );
  said(demo, 'Sender profile', `${sender.fromName} <${sender.fromEmail}>`);
  const template = await api.post(
    '/templates',
    {
      name: `Quickstart ${demo.runId}`,
      subject: orderSubject,
      html: orderHtml,
      text: orderText,
      senderProfileId: sender.id,
      sampleData: orderDataAt(2),
    },
    templateSchema,
  );
  said(demo, 'Template', `${template.subject}`);
  return { templateId: template.id, senderProfileId: sender.id };
}

async function postBatch(
  api: ApiClient,
  demo: Demo,
  ids: { readonly templateId: string; readonly senderProfileId: string },
): Promise<ItemsBatchResponse> {
  const startedAt = performance.now();
  const answer = await api.post('/emails/batch', demoBatch(demo.runId, ids), itemsBatchResponseSchema);
  const ms = Math.round(performance.now() - startedAt);
  said(
    demo,
    'Batch',
    `${answer.total} items: ${answer.accepted} accepted, ${answer.rejected} rejected, in ${ms} ms`,
  );
  for (const item of answer.items) {
    if (item.status === 'accepted') continue;
    refused(demo, `Item ${item.index}`, `${item.error}: ${item.message}`);
  }
  return answer;
}

/** Follows the accepted ones to their end, and answers how many were sent. */
async function follow(api: ApiClient, demo: Demo, answer: ItemsBatchResponse): Promise<number> {
  const ids = answer.items.flatMap((item) => (item.status === 'accepted' ? [item.send.id] : []));
  const progress = createProgress(demo.terminal, ids.length, 'sent');
  const startedAt = performance.now();
  progress.show(0);
  const { signal } = demo;
  const sends = await followSends(api, ids, {
    isDone: ({ status }) => settledStatuses.includes(status),
    timeoutMs: settledWithinMs,
    signal,
    onProgress: (seen) => progress.show(sentAmong(seen)),
  }).finally(() => progress.end());
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  counted(demo, 'Sent', [sentAmong(sends), ids.length, ` in ${seconds} s`]);
  for (const { status, to, failureMessage } of sends) {
    if (status !== 'Sent')
      demo.terminal.error(`    ${to.email}: ${status}, ${failureMessage ?? 'no reason yet'}`);
  }
  const isDone = ({ delivery }: EmailSend) => delivery !== null;
  const later = await followSends(api, ids, { isDone, timeoutMs: deliveredWithinMs, signal });
  const delivered = later.filter(({ delivery }) => delivery === 'delivered').length;
  counted(demo, 'Delivered', [delivered, ids.length - 1, ', as the events of SES say']);
  return sentAmong(sends);
}

const sentAmong = (sends: readonly EmailSend[]) => sends.filter(({ status }) => status === 'Sent').length;

/** The mail that is shown as a whole. */
function shownOf({ items }: ItemsBatchResponse): EmailSend | null {
  const shown = items.find((item) => item.status === 'accepted' && item.index >= 2);
  return shown?.status === 'accepted' ? shown.send : null;
}

/** Follows the link of one mail as its reader would, and shows what the history says then. */
async function followLink(api: ApiClient, demo: Demo, answer: ItemsBatchResponse): Promise<boolean> {
  const send = shownOf(answer);
  if (send === null) return false;
  const { html } = await readInbox(demo.foundation.ses.url, send.to.email);
  const click = await followLinkIn(html ?? '', { api, sendId: send.id, signal: demo.signal });
  demo.terminal.line();
  if (click === null) {
    failed(demo, 'Click', 'is not in the history');
    return false;
  }
  // A click that follows a mail this soon is a scanner’s, and the demonstration cannot wait as long as a person would.
  const by = click.machine ? `marked as a machine’s (${click.reason}), as it came so soon` : 'a person’s';
  said(demo, 'Click', `its link led to ${click.url}; in the history as ${click.type}, ${by}`);
  return true;
}

/** Shows what the history tells of the mail that came back, and that its address gets no more. */
async function showBounce(api: ApiClient, demo: Demo, answer: ItemsBatchResponse): Promise<boolean> {
  const item = answer.items.find(({ index }) => index === bouncingIndex);
  if (item?.status !== 'accepted') return false;
  const { id: sendId, to } = item.send;
  const bounce = await toldInHistory('bounced', { api, sendId, signal: demo.signal });
  if (bounce === null) {
    failed(demo, 'Bounce', `of ${to.email} is not in the history`);
    return false;
  }
  said(demo, 'Bounce', `${to.email}; in the history as ${bounce.type}, ${bounce.diagnostic}`);
  const { reason } = await api.get(`/suppressions/${encodeURIComponent(to.email)}`, suppressionSchema);
  said(demo, 'Suppression', `${reason}: that address gets no more mail`);
  return true;
}

async function showMail({ foundation, terminal }: Demo, answer: ItemsBatchResponse): Promise<void> {
  const shown = shownOf(answer);
  if (shown === null) return;
  const { from, to, subject, text } = await readInbox(foundation.ses.url, shown.to.email);
  terminal.line();
  terminal.line('  One of them, as SES received it:');
  const lines = [
    `From: ${from}`,
    `To: ${to.join(', ')}`,
    `Subject: ${subject}`,
    '',
    ...(text ?? '').trim().split('\n'),
  ];
  for (const line of lines) terminal.line(`  ${terminal.paint('dim', '│')} ${line}`.trimEnd());
}

function curlOf({ foundation, runId }: Demo, templateId: string): string {
  const { name } = customerAt(0);
  const item = {
    idempotencyKey: `paste-${runId}`,
    templateId,
    to: { email: 'you@example.com' },
    data: { ...orderDataAt(0), name },
  };
  return [
    `curl '${foundation.apiUrl}/api/v1/emails/batch' \\`,
    `  --header 'content-type: application/json' \\`,
    `  --header 'x-api-key: ${foundation.key}' \\`,
    `  --data '${JSON.stringify({ items: [item] })}'`,
  ].join('\n');
}
