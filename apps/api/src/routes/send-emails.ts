import {
  emailRequestSchema,
  emailsEnvelopeSchema,
  expected,
  idempotencyHeaderSchema,
  itemsBatchRequestSchema,
  singleItemSchema,
} from '@postroom/contracts';
import {
  type AcceptBatchDeps,
  acceptEmailsBatch,
  acceptItemsBatch,
  type DryRunDeps,
  dryRunEmails,
  dryRunItems,
  type EmailsBatchOutcome,
  invalidField,
  PostroomError,
  type SendOutcome,
} from '@postroom/core';
import { type Request, type Response, Router } from 'express';
import * as z from 'zod';
import { noQuerySchema, parse, parseEach } from '../http/parse.ts';
import type { ApiMetrics } from '../metrics/metrics.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { batchBodyBytes, itemFlawsOf, jsonBody } from '../middleware/json-body.ts';
import { presentEmailsDryRun, presentItemsDryRun } from '../present/dry-run.ts';
import { presentEmailRecord } from '../present/email-record.ts';
import { presentEmailSend } from '../present/email-send.ts';
import { presentItemsBatch } from '../present/items-batch.ts';
import { dialectOf } from './dialect-of.ts';
import { itemRefusal } from './item-refusal.ts';
import { ownerOf } from './resource-request.ts';

export type SendEmailsDeps = {
  readonly accept: AcceptBatchDeps;
  readonly dryRun: DryRunDeps;
  readonly metrics: ApiMetrics;
};

// A parameter that is not known might have asked for something else than to send.
const batchQuerySchema = z.strictObject(
  { dryRun: z.enum(['true', 'false'], 'must be true or false').optional() },
  expected('query parameters'),
);

const has = (body: unknown, key: string): boolean =>
  typeof body === 'object' && body !== null && Object.hasOwn(body, key);

/** The defaults as they came: each item is parsed with them merged in, so parsed ones would be parsed twice. */
function givenDefaults(body: unknown): object {
  if (typeof body !== 'object' || body === null || !('defaults' in body)) return {};
  return typeof body.defaults === 'object' && body.defaults !== null ? body.defaults : {};
}

/** The `Idempotency-Key` of a request, or null when it has none. */
export function idempotencyHeaderOf(request: Request): string | null {
  const [given, ...others] = request.headersDistinct['idempotency-key'] ?? [];
  if (given === undefined) return null;
  // Joined as HTTP joins fields they would be a third key, that nobody gave.
  if (others.length > 0) throw invalidField('Idempotency-Key', 'is there twice');
  const parsed = idempotencyHeaderSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw invalidField('Idempotency-Key', parsed.error.issues[0]?.message ?? 'is not valid');
}

/** Counts what became of items, or of what came in by a door. */
export function countItems({ items }: ApiMetrics, outcomes: readonly SendOutcome[]): void {
  for (const item of outcomes) {
    items.inc({ result: item.kind === 'rejected' ? 'rejected' : item.replayed ? 'replayed' : 'accepted' });
  }
}

function countEmails({ items }: ApiMetrics, { sends, made }: EmailsBatchOutcome): void {
  items.inc({ result: 'accepted' }, made);
  items.inc({ result: 'replayed' }, sends.length - made);
}

async function postItems(deps: SendEmailsDeps, request: Request, response: Response): Promise<void> {
  const { items } = parse(itemsBatchRequestSchema, request.body);
  const input = {
    ...ownerOf(response),
    items,
    defaults: givenDefaults(request.body),
    flaws: itemFlawsOf(request),
  };
  if (request.query.dryRun === 'true') {
    response.json(presentItemsDryRun(await dryRunItems(deps.dryRun, input)));
    return;
  }
  const outcome = await acceptItemsBatch(deps.accept, input);
  countItems(deps.metrics, outcome.items);
  response.json(presentItemsBatch(outcome));
}

async function postEmails(deps: SendEmailsDeps, request: Request, response: Response): Promise<void> {
  const { emails: given } = parse(emailsEnvelopeSchema, request.body);
  const emails = await parseEach(emailRequestSchema, given, 'emails');
  const input = { ...ownerOf(response), emails, idempotencyHeader: idempotencyHeaderOf(request) };
  if (request.query.dryRun === 'true') {
    response.json(presentEmailsDryRun(await dryRunEmails(deps.dryRun, input)));
    return;
  }
  const outcome = await acceptEmailsBatch(deps.accept, input);
  countEmails(deps.metrics, outcome);
  const { sends, batchId } = outcome;
  response.json({ emails: sends.map(presentEmailRecord), count: sends.length, batchId });
}

async function postItem(deps: SendEmailsDeps, request: Request, response: Response): Promise<void> {
  const idempotencyKey = idempotencyHeaderOf(request);
  if (idempotencyKey === null) {
    throw invalidField('Idempotency-Key', 'is required as a header: a key of your own for this send');
  }
  const item = parse(singleItemSchema, request.body);
  const input = { ...ownerOf(response), items: [{ ...item, idempotencyKey }], defaults: {} };
  const outcome = await acceptItemsBatch(deps.accept, input);
  countItems(deps.metrics, outcome.items);
  const [only] = outcome.items;
  if (only?.kind !== 'accepted') throw itemRefusal(only);
  response.json(presentEmailSend(only.send));
}

async function postEmail(deps: SendEmailsDeps, request: Request, response: Response): Promise<void> {
  const email = parse(emailRequestSchema, request.body);
  const idempotencyHeader = idempotencyHeaderOf(request);
  const input = { ...ownerOf(response), emails: [email], idempotencyHeader, isAlone: true };
  const outcome = await acceptEmailsBatch(deps.accept, input);
  countEmails(deps.metrics, outcome);
  response.json({ email: outcome.sends.map(presentEmailRecord)[0] });
}

/** Sends the body of one send the way of its dialect. */
async function postOne(deps: SendEmailsDeps, request: Request, response: Response): Promise<void> {
  const dialect = dialectOf(request.body);
  if (dialect.kind === 'neither') {
    const { path, message } = dialect;
    throw new PostroomError('validation_failed', `${path === '' ? 'the request' : path} ${message}`, {
      details: { issues: [{ path, message }] },
    });
  }
  await (dialect.kind === 'email' ? postEmail : postItem)(deps, request, response);
}

function refuseTwoDialects(body: unknown): void {
  if (!has(body, 'items') || !has(body, 'emails')) return;
  const message = 'must not stand beside items';
  throw new PostroomError(
    'validation_failed',
    'The request holds both items and emails: send one of the two.',
    {
      details: { issues: [{ path: 'emails', message }] },
    },
  );
}

/** `POST /emails/batch` and `POST /emails`, in both dialects: answers once what is accepted is on disk. */
export function sendEmailsRoutes(deps: SendEmailsDeps): Router {
  const router = Router();
  const mayWrite = requireScope('emails:write');
  const batch = jsonBody(batchBodyBytes, { itemsStandAlone: true });
  router.post('/emails/batch', mayWrite, ...batch, async (request, response) => {
    parse(batchQuerySchema, request.query);
    refuseTwoDialects(request.body);
    const end = deps.metrics.acceptSeconds.startTimer();
    await (has(request.body, 'emails') ? postEmails : postItems)(deps, request, response);
    end();
  });
  router.post('/emails', mayWrite, ...jsonBody(batchBodyBytes), async (request, response) => {
    parse(noQuerySchema, request.query);
    await postOne(deps, request, response);
  });
  return router;
}
