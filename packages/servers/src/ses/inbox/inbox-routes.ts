import { existsSync, readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import type { FakeSesRoute } from '../fake-ses-handle.ts';
import { sendJson } from '../http-io.ts';
import { type Ledger, type StoredMessage, withoutContents } from '../ledger.ts';
import { recipientsOf } from '../received-message.ts';
import { previewHtml, previewPolicy } from './message-preview.ts';

const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

/** The page on which a person reads what the fake SES accepted, and the data behind it. */
export function inboxRoutes(ledger: Ledger): FakeSesRoute {
  return (request, response, url) => {
    if (request.method !== 'GET') return false;
    const asset = /^\/_fake\/inbox\/assets\/([a-z]+\.(?:css|js))$/.exec(url.pathname)?.[1];
    if (asset !== undefined || url.pathname === '/') {
      sendAsset(response, asset ?? 'inbox.html');
      return true;
    }
    if (url.pathname === '/_fake/inbox') {
      sendJson(response, 200, listOf(ledger, url));
      return true;
    }
    const [, seq, rest] = /^\/_fake\/inbox\/(\d+)((?:\/[a-z0-9]+)*)$/.exec(url.pathname) ?? [];
    if (seq === undefined) return false;
    const message = ledger.message(Number(seq));
    if (message === null) sendJson(response, 404, { message: 'This message is not kept any more.' });
    else if (rest === '') sendJson(response, 200, withoutContents(message));
    else if (rest === '/html') sendPreview(response, message, url.searchParams.get('images') === '1');
    else sendAttachment(response, message, Number(/^\/attachments\/(\d+)$/.exec(rest ?? '')?.[1]));
    return true;
  };
}

function listOf(ledger: Ledger, url: URL) {
  const wanted = (url.searchParams.get('to') ?? '').trim().toLowerCase();
  const offset = Math.max(0, Number.parseInt(url.searchParams.get('offset') ?? '', 10) || 0);
  const limit = Math.min(200, Math.max(1, Number.parseInt(url.searchParams.get('limit') ?? '', 10) || 50));
  const found = ledger
    .messages()
    .filter(
      (message) => wanted === '' || recipientsOf(message).some((to) => to.toLowerCase().includes(wanted)),
    )
    .reverse();
  const items = found.slice(offset, offset + limit).map((message) => ({
    seq: message.seq,
    at: message.at,
    from: message.from,
    to: recipientsOf(message),
    subject: message.subject,
    preview: previewText(message),
    attachments: message.attachments.length,
  }));
  return { total: found.length, accepted: ledger.summary().accepted, items };
}

function previewText({ text, html }: StoredMessage): string {
  const words =
    text ??
    (html ?? '').slice(0, 5_000).replace(/<(style|script|head)[\s\S]*?<\/\1>|<[^>]*>|&[a-z#0-9]+;/gi, ' ');
  return words.slice(0, 1_000).replace(/\s+/g, ' ').trim().slice(0, 140);
}

function sendAsset(response: ServerResponse, file: string): void {
  const path = new URL(`./assets/${file}`, import.meta.url);
  if (!existsSync(path)) {
    sendJson(response, 404, { message: 'No such file.' });
    return;
  }
  response.writeHead(200, {
    'content-type': contentTypes[file.split('.')[1] ?? ''] ?? '',
    'content-security-policy': pagePolicy,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-cache',
  });
  response.end(readFileSync(path));
}

function sendPreview(response: ServerResponse, message: StoredMessage, withImages: boolean): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': previewPolicy(withImages),
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  });
  response.end(previewHtml(message));
}

function sendAttachment(response: ServerResponse, message: StoredMessage, index: number): void {
  const attachment = message.attachments[index];
  if (attachment === undefined) {
    sendJson(response, 404, { message: 'No such attachment.' });
    return;
  }
  // Never shown in place: what somebody attached must not run as a page of this host.
  response.writeHead(200, {
    'content-type': 'application/octet-stream',
    'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(attachment.filename)}`,
    'x-content-type-options': 'nosniff',
  });
  response.end(Buffer.from(attachment.contentBase64, 'base64'));
}
