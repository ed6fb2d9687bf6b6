import {
  createSuppressionSchema,
  deleteSuppressionQuerySchema,
  importQuerySchema,
  type LiftedSuppression,
  parseEmail,
  suppressionsQuerySchema,
} from '@postroom/contracts';
import {
  found,
  importSuppressions,
  type LiftSuppressionDeps,
  liftSuppression,
  notFound,
  PostroomError,
} from '@postroom/core';
import type { Page, ResourceStores, StoredSuppression } from '@postroom/db';
import { type Request, Router } from 'express';
import { readCsvLines } from '../csv/read-csv-lines.ts';
import { suppressionsCsv } from '../csv/suppressions-csv.ts';
import { writeCsv } from '../csv/write-csv.ts';
import { parse } from '../http/parse.ts';
import { streamBody } from '../http/stream-body.ts';
import { utf8Chunks } from '../http/utf8-chunks.ts';
import { badBody } from '../json/parse-json.ts';
import { readJsonLines } from '../json/read-json-lines.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { hasBody, jsonBody, refuseCharset, smallBodyBytes } from '../middleware/json-body.ts';
import { presentPage } from '../present/page.ts';
import { presentSuppression } from '../present/suppression.ts';
import { workspaceOf } from './resource-request.ts';

export type SuppressionRouteDeps = {
  readonly suppressions: ResourceStores['suppressions'];
  /** SES's own suppression list, and when it may be asked about. */
  readonly providerList: Omit<LiftSuppressionDeps, 'suppressions'>;
};

const what = 'suppression';

/** The most bytes of an import: they are never held together. */
const importBytes = 32 * 1024 * 1024;

/** The address in a path; what is no address is answered like one that is not suppressed. */
function emailOf(request: Request): string {
  const email = parseEmail(String(request.params.email));
  if (email.kind === 'bad') throw notFound(what);
  return email.value;
}

type Query = ReturnType<typeof suppressionsQuerySchema.parse>;

/** The page that a query asks for, and what its cursors are made of. */
async function pageOf(
  suppressions: ResourceStores['suppressions'],
  workspaceId: string,
  { limit, cursor, reason, email, created_after: createdFrom }: Query,
) {
  const byAddress = ({ emailKey }: StoredSuppression) => emailKey;
  if (email !== undefined) {
    const one = await suppressions.find(workspaceId, email);
    const isMeant =
      one !== null &&
      (reason === undefined || one.reason === reason) &&
      (createdFrom === undefined || one.createdAt >= createdFrom);
    const page: Page<StoredSuppression> = { items: isMeant ? [one] : [], hasMore: false };
    return { page, cursorOf: byAddress };
  }
  if (reason === undefined && createdFrom === undefined) {
    return { page: await suppressions.list(workspaceId, { limit, cursor }), cursorOf: byAddress };
  }
  const page = await suppressions.listByTime(workspaceId, { limit, cursor, reason, createdFrom });
  const byTime = ({ createdAt, emailKey }: StoredSuppression) => `${createdAt.toISOString()}/${emailKey}`;
  return { page, cursorOf: byTime };
}

/** The lines of an import, in the form that its content type names. */
function linesOf(request: Request) {
  if (!hasBody(request.headers)) throw badBody('The request has no body: send the lines.', 'is required');
  const type = request.header('content-type') ?? '';
  const chunks = utf8Chunks(streamBody(request, importBytes));
  if (/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type)) {
    refuseCharset(type);
    return readJsonLines(chunks);
  }
  if (/^text\/(?:csv|plain)\s*(?:;|$)/i.test(type)) {
    refuseCharset(type, /^utf-?(?:8|16(?:le|be)?)$/i, 'UTF-8 or UTF-16');
    return readCsvLines(chunks);
  }
  throw new PostroomError(
    'unsupported_media_type',
    'Send the lines as content-type: text/csv or application/json.',
  );
}

/** `/suppressions`: addresses that get no mail from the workspace. */
export function suppressionRoutes({ suppressions, providerList }: SuppressionRouteDeps): Router {
  const router = Router();
  const mayRead = requireScope('admin');
  const mayChange = requireScope('admin', 'live key');
  router.get('/suppressions', mayRead, async (request, response) => {
    const query = parse(suppressionsQuerySchema, request.query);
    const { page, cursorOf } = await pageOf(suppressions, workspaceOf(response), query);
    response.json(presentPage(page, presentSuppression, cursorOf));
  });
  router.post('/suppressions', mayChange, ...jsonBody(smallBodyBytes), async (request, response) => {
    const input = parse(createSuppressionSchema, request.body);
    const { suppression, isNew } = await suppressions.put(workspaceOf(response), input);
    response.status(isNew ? 201 : 200).json(presentSuppression(suppression));
  });
  router.get('/suppressions/export', mayRead, async (_request, response) => {
    await writeCsv(response, suppressionsCsv(suppressions, workspaceOf(response)));
  });
  router.post('/suppressions/import', mayChange, async (request, response) => {
    const { reason = 'Manual' } = parse(importQuerySchema, request.query);
    const asked = { workspaceId: workspaceOf(response), reason };
    response.json(await importSuppressions({ suppressions }, linesOf(request), asked));
  });
  router.get('/suppressions/:email', mayRead, async (request, response) => {
    const suppression = await suppressions.find(workspaceOf(response), emailOf(request));
    response.json(presentSuppression(found(suppression, what)));
  });
  router.delete('/suppressions/:email', mayChange, async (request, response) => {
    const workspaceId = workspaceOf(response);
    const email = emailOf(request);
    const { provider } = parse(deleteSuppressionQuerySchema, request.query);
    if (provider === 'true') {
      const { isStillSuppressed } = await liftSuppression(
        { suppressions, ...providerList },
        { workspaceId, email },
      );
      const answer: LiftedSuppression = { stillSuppressedByProvider: isStillSuppressed };
      response.json(answer);
      return;
    }
    if (!(await suppressions.remove(workspaceId, email))) throw notFound(what);
    response.status(204).end();
  });
  return router;
}
