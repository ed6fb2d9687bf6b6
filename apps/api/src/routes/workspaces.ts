import { pageQuerySchema, type WorkspaceResource } from '@postroom/contracts';
import type { CountedWorkspace, WorkspaceStore } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { presentPageById } from '../present/page.ts';
import { ownerOf } from './resource-request.ts';

export type WorkspaceRouteDeps = { readonly workspaces: Pick<WorkspaceStore, 'list'> };

/** How long sends that are finished are counted, in milliseconds. */
const countedMs = 86_400_000;

const present = ({ id, name, isDefault, createdAt, counts }: CountedWorkspace): WorkspaceResource => ({
  id,
  name,
  isDefault,
  createdAt: createdAt.toISOString(),
  counts,
});

/** `/workspaces`: the numbers of all of them, for operators; nothing else is open to those. */
export function workspaceRoutes({ workspaces }: WorkspaceRouteDeps): Router {
  const router = Router();
  router.get('/workspaces', requireScope('operator'), async (request, response) => {
    const { isSimulated } = ownerOf(response);
    const since = new Date(Date.now() - countedMs);
    const page = await workspaces.list(parse(pageQuerySchema, request.query), { isSimulated, since });
    response.json(presentPageById(page, present));
  });
  return router;
}
