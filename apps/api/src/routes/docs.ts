import { createHash } from 'node:crypto';
import { openApiDocument } from '@postroom/reference';
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { pagePolicy, referencePage } from '../docs/page.ts';

/** How the log names a route: as the reference does. */
export { routePatternOf } from '@postroom/reference';

/** What does not change while the process runs: bytes that all answers share, however many wait to be taken. */
type Fixed = { readonly body: Buffer; readonly etag: string };

const fix = (text: string): Fixed => ({
  body: Buffer.from(text),
  etag: `"${createHash('sha256').update(text).digest('base64url')}"`,
});

/** Caches may keep the answers for five minutes, and ask then whether they have changed. */
const cacheControl = 'public, max-age=300';

/** Whether the client has this version (RFC 9110 section 13.1.2), also when it asks past all caches, as `fetch` does. */
const hasAlready = (request: Request, etag: string) =>
  (request.header('if-none-match') ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);

function answer(request: Request, response: Response, { body, etag }: Fixed): void {
  response.set({ 'cache-control': cacheControl, etag });
  if (hasAlready(request, etag)) response.status(304).end();
  else response.send(body);
}

/** Serves what is made when it is first asked for: nobody waits for it at the start. */
function serve(contentType: string, make: () => string): RequestHandler {
  let made: Fixed | null = null;
  return (request, response) => {
    made ??= fix(make());
    response.set('content-type', contentType);
    answer(request, response, made);
  };
}

/** `/openapi.json` and `/docs`: the reference, for programs and for people. No key needed. */
export function docsRoutes({ publicUrl }: { readonly publicUrl: string }): Router {
  const router = Router();
  const document = () => openApiDocument({ serverUrl: publicUrl });
  router.get(
    '/openapi.json',
    serve('application/json; charset=utf-8', () => JSON.stringify(document())),
  );
  router.get(
    '/docs',
    (_request, response, next) => {
      response.set({ 'content-security-policy': pagePolicy, 'referrer-policy': 'no-referrer' });
      next();
    },
    serve('text/html; charset=utf-8', () => referencePage(document())),
  );
  return router;
}
