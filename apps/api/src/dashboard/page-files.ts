import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Request, RequestHandler, Response } from 'express';
import { framePolicy, messageFrame } from './message-frame.ts';

/** A file of the page: bytes that all answers share. */
type PageFile = {
  readonly type: string;
  readonly plain: Buffer;
  readonly packed: Buffer;
  readonly etag: string;
};

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const fileOf = (type: string, plain: Buffer): PageFile => ({
  type,
  plain,
  packed: gzipSync(plain, { level: 9 }),
  etag: `"${createHash('sha256').update(plain).digest('base64url')}"`,
});

/** Everything comes from here, and nothing is in the page itself: no script, no style. */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What every page says of itself, beside its policy. */
export const headersOf = (policy: string) => ({
  'content-security-policy': policy,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'x-robots-tag': 'noindex, nofollow',
});

/** Reads the files of a folder and of those in it, by their paths. */
function readFiles(folder: string): ReadonlyMap<string, PageFile> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return new Map(
    names.flatMap((name) => {
      const path = join(folder, name);
      const type = types[extname(name)];
      if (type === undefined || !statSync(path).isFile()) return [];
      return [[relative(folder, path).split(sep).join('/'), fileOf(type, readFileSync(path))] as const];
    }),
  );
}

function send(request: Request, response: Response, file: PageFile): void {
  response.set({ 'content-type': file.type, etag: file.etag, vary: 'accept-encoding' });
  if (request.header('if-none-match')?.includes(file.etag)) {
    response.status(304).end();
    return;
  }
  const isPacked = /\bgzip\b/.test(request.header('accept-encoding') ?? '');
  if (isPacked) response.set('content-encoding', 'gzip');
  response.end(isPacked ? file.packed : file.plain);
}

/**
 * Serves the page below `/dashboard`: its assets, whose names hold a hash of what they are, may be kept for good, and any other
 * path is a place in the page. They are read once, when the first of them is asked for. `folder` null: it was not built.
 */
export function pageFiles(folder: string | null): RequestHandler {
  let files: ReadonlyMap<string, PageFile> | null = null;
  const frame = fileOf('text/html; charset=utf-8', Buffer.from(messageFrame));
  return (request, response, next) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return next();
    if (folder === null) {
      response.status(503).type('text/plain');
      response.send('The dashboard was not built here. In a checkout, run: npm run setup\n');
      return;
    }
    files ??= readFiles(folder);
    const path = request.path.replace(/^\//, '');
    if (path === 'frame') {
      response.set({
        ...headersOf(framePolicy),
        'cache-control': 'no-cache',
        // Hosts that links name would be looked up, which no policy stops.
        'x-dns-prefetch-control': 'off',
      });
      return send(request, response, frame);
    }
    const isAsset = path.startsWith('assets/');
    const file = files.get(path) ?? (isAsset ? undefined : files.get('index.html'));
    if (file === undefined) return next();
    response.set({
      ...headersOf(pagePolicy),
      'cache-control': isAsset ? 'public, max-age=31536000, immutable' : 'no-cache',
    });
    send(request, response, file);
  };
}
