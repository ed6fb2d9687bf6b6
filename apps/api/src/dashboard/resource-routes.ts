import {
  draftPreviewSchema,
  encodeCursor,
  type ListedActions,
  type ListedBatch,
  type PageResource,
  pageQuerySchema,
  type RateHours,
} from '@postroom/contracts';
import { type PreviewDraftDeps, previewDraft, type RateLimits, writtenOf } from '@postroom/core';
import type { ActionStore, RateStore, SendReadStore } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentListedAction } from '../present/action.ts';
import { presentPreview } from '../present/template.ts';
import { ownerOf, workspaceOf } from '../routes/resource-request.ts';

export type DashboardResourceDeps = {
  readonly sends: Pick<SendReadStore, 'listBatches'>;
  readonly actions: Pick<ActionStore, 'newest'>;
  readonly drafts: PreviewDraftDeps;
  readonly rates: Pick<RateStore, 'hours'>;
  readonly limits: RateLimits;
};

/** So many actions can be found again. */
const shownActions = 20;

/** What pages show that the API has no route for: batches and actions as lists, templates that are not saved yet. */
export function dashboardResourceRoutes(deps: DashboardResourceDeps): Router {
  const { sends, actions, drafts, rates, limits } = deps;
  const router = Router();
  router.get('/actions', requireScope('emails:read'), async (_request, response) => {
    const newest = await actions.newest(ownerOf(response), shownActions);
    const answer: ListedActions = { actions: newest.map(presentListedAction) };
    response.json(answer);
  });
  router.get('/batches', requireScope('emails:read'), async (request, response) => {
    const { limit, cursor } = parse(pageQuerySchema, request.query);
    const { batches, next } = await sends.listBatches(ownerOf(response), { limit, below: cursor });
    const page: PageResource<ListedBatch> = {
      data: batches.map(({ createdAt, ...batch }) => ({ ...batch, createdAt: createdAt.toISOString() })),
      nextCursor: next === null ? null : encodeCursor(next),
    };
    response.json(page);
  });
  router.get('/rate-hours', requireScope('admin'), async (_request, response) => {
    const hours = await rates.hours(workspaceOf(response));
    const answer: RateHours = {
      ...limits,
      hours: hours.map(({ hour, ...counts }) => ({ hour: hour.toISOString(), ...counts })),
    };
    response.json(answer);
  });
  router.post(
    '/template-previews',
    requireScope('templates:read'),
    ...jsonBody(smallBodyBytes),
    async (request, response) => {
      const { data, senderProfileId, ...draft } = parse(draftPreviewSchema, request.body);
      const preview = await previewDraft(drafts, workspaceOf(response), {
        written: writtenOf(draft),
        senderProfileId: senderProfileId ?? null,
        data: data ?? {},
      });
      response.json(presentPreview(preview));
    },
  );
  return router;
}
