import {
  createTemplateSchema,
  previewTemplateSchema,
  templatesQuerySchema,
  templateVersionNumberSchema,
  updateTemplateSchema,
} from '@postroom/contracts';
import {
  createTemplate,
  found,
  notFound,
  type PreviewTemplateDeps,
  previewTemplate,
  type SaveTemplateDeps,
  updateTemplate,
} from '@postroom/core';
import type { ResourceStores } from '@postroom/db';
import { Router } from 'express';
import { parse } from '../http/parse.ts';
import { requireScope } from '../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../middleware/json-body.ts';
import { presentPageById } from '../present/page.ts';
import {
  presentPreview,
  presentTemplate,
  presentTemplateSummary,
  presentVersion,
  presentVersions,
} from '../present/template.ts';
import { refOf, workspaceOf } from './resource-request.ts';

export type TemplateRouteDeps = SaveTemplateDeps & PreviewTemplateDeps & Pick<ResourceStores, 'templates'>;

const what = 'template';

/** `/templates`: what sends are rendered from. */
export function templateRoutes(deps: TemplateRouteDeps): Router {
  const router = Router();
  const mayRead = requireScope('templates:read');
  const mayWrite = requireScope('templates:write');
  const body = jsonBody(smallBodyBytes);
  router.post('/templates', mayWrite, ...body, async (request, response) => {
    const input = parse(createTemplateSchema, request.body);
    const template = await createTemplate(deps, workspaceOf(response), input);
    response.status(201).json(presentTemplate(template));
  });
  router.get('/templates', mayRead, async (request, response) => {
    const query = parse(templatesQuerySchema, request.query);
    const page = await deps.templates.list(workspaceOf(response), query);
    response.json(presentPageById(page, presentTemplateSummary));
  });
  router.get('/templates/:id', mayRead, async (request, response) => {
    const template = await deps.templates.find(refOf(request, response, what));
    response.json(presentTemplate(found(template, what)));
  });
  router.patch(
    '/templates/:id',
    requireScope('templates:write', 'live key'),
    ...body,
    async (request, response) => {
      const ref = refOf(request, response, what);
      const change = parse(updateTemplateSchema, request.body);
      response.json(presentTemplate(await updateTemplate(deps, ref, change)));
    },
  );
  addVersions(router, deps);
  addActions(router, deps);
  return router;
}

const versionWhat = 'version';

function addVersions(router: Router, { templates }: TemplateRouteDeps): void {
  const mayRead = requireScope('templates:read');
  router.get('/templates/:id/versions', mayRead, async (request, response) => {
    const versions = await templates.versions(refOf(request, response, what));
    response.json(presentVersions(found(versions, what)));
  });
  router.get('/templates/:id/versions/:version', mayRead, async (request, response) => {
    const ref = refOf(request, response, versionWhat);
    const version = templateVersionNumberSchema.safeParse(request.params.version);
    if (!version.success) throw notFound(versionWhat);
    response.json(presentVersion(found(await templates.version(ref, version.data), versionWhat)));
  });
}

function addActions(router: Router, deps: TemplateRouteDeps): void {
  for (const [action, status] of [
    ['archive', 'Archived'],
    ['unarchive', 'Active'],
  ] as const) {
    router.post(
      `/templates/:id/${action}`,
      requireScope('templates:write', 'live key'),
      async (request, response) => {
        const template = await deps.templates.setStatus(refOf(request, response, what), status);
        response.json(presentTemplate(found(template, what)));
      },
    );
  }
  router.post('/templates/:id/duplicate', requireScope('templates:write'), async (request, response) => {
    const copy = await deps.templates.duplicate(refOf(request, response, what));
    response.status(201).json(presentTemplate(found(copy, what)));
  });
  router.post(
    '/templates/:id/preview',
    requireScope('templates:read'),
    ...jsonBody(smallBodyBytes, { mayBeLeftOut: true }),
    async (request, response) => {
      const ref = refOf(request, response, what);
      const { data } = parse(previewTemplateSchema, request.body);
      response.json(presentPreview(await previewTemplate(deps, ref, data ?? null)));
    },
  );
}
