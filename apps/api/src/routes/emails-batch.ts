import { itemsBatchRequestSchema } from '@postroom/contracts';
import { type AcceptBatchDeps, acceptItemsBatch, type BatchOutcome, PostroomError } from '@postroom/core';
import { Router } from 'express';
import { z } from 'zod';
import type { ApiMetrics } from '../metrics.ts';
import { callerOf, requireScope } from '../middleware/authenticate.ts';
import { batchBodyBytes, jsonBody } from '../middleware/json-body.ts';
import { parse } from '../parse.ts';
import { presentItemsBatch } from '../present/items-batch.ts';

function refuseTwoDialects(body: unknown): void {
  if (typeof body !== 'object' || body === null || !('items' in body) || !('emails' in body)) return;
  throw new PostroomError(
    'validation_failed',
    'the request holds both items and emails: send one of the two',
    {
      details: { issues: [{ path: 'emails', message: 'must not stand beside items' }] },
    },
  );
}

/** The defaults as they came: each item is parsed with them merged in, so parsed ones would be parsed twice. */
function givenDefaults(body: unknown): object {
  if (typeof body !== 'object' || body === null || !('defaults' in body)) return {};
  return typeof body.defaults === 'object' && body.defaults !== null ? body.defaults : {};
}

function countItems(metrics: ApiMetrics, { items }: BatchOutcome): void {
  for (const item of items) {
    const result = item.kind === 'rejected' ? 'rejected' : item.replayed ? 'replayed' : 'accepted';
    metrics.items.inc({ result });
  }
}

const noQuerySchema = z.strictObject({});

/** `POST /emails/batch`: takes a batch and answers once every accepted item is on disk. */
export function emailsBatchRoutes(deps: {
  readonly accept: AcceptBatchDeps;
  readonly metrics: ApiMetrics;
}): Router {
  const router = Router();
  router.post(
    '/emails/batch',
    requireScope('emails:write'),
    ...jsonBody(batchBodyBytes),
    async (request, response) => {
      // A parameter that is not known might have asked for something else than to send.
      parse(noQuerySchema, request.query);
      refuseTwoDialects(request.body);
      const { items } = parse(itemsBatchRequestSchema, request.body);
      const caller = callerOf(response);
      const end = deps.metrics.acceptSeconds.startTimer();
      const outcome = await acceptItemsBatch(deps.accept, {
        workspaceId: caller.workspaceId,
        isSimulated: caller.mode === 'test',
        items,
        defaults: givenDefaults(request.body),
      });
      end();
      countItems(deps.metrics, outcome);
      response.json(presentItemsBatch(outcome));
    },
  );
  return router;
}
