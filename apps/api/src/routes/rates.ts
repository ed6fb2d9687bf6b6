import { type Rates, resumeRatesSchema } from '@postroom/contracts';
import type { RateLimits } from '@postroom/core';
import type { RateStore } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentRates } from '../present/rates.ts';
import { workspaceOf } from './resource-request.ts';

export type RateRouteDeps = {
  readonly rates: Pick<RateStore, 'standings' | 'resume'>;
  readonly limits: RateLimits;
};

/** `/rates`: how much of a day's mail bounced or was complained about, and what is paused because of it. */
export function rateRoutes({ rates, limits }: RateRouteDeps): Router {
  const router = Router();
  const ratesOf = async (workspaceId: string): Promise<Rates> =>
    presentRates(await rates.standings(workspaceId), limits);
  router.get('/rates', requireScope('admin'), async (_request, response) => {
    response.json(await ratesOf(workspaceOf(response)));
  });
  router.post(
    '/rates/resume',
    requireScope('admin', 'live key'),
    ...jsonBody(smallBodyBytes, { mayBeLeftOut: true }),
    async (request, response) => {
      const { workspace, ...parts } = parse(resumeRatesSchema, request.body);
      const workspaceId = workspaceOf(response);
      const resumed = await rates.resume(workspaceId, { isOfWorkspace: workspace === true, ...parts });
      response.json({ ...(await ratesOf(workspaceId)), resumed: resumed.length });
    },
  );
  return router;
}
