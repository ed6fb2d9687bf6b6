import {
  formatAddress,
  maxTemplatePart,
  type ResendFallbacks,
  type ResendListedTemplate,
  type ResendTemplate,
  resendCreateTemplateSchema,
  resendFallbacks,
  resendPageSchema,
  resendUpdateTemplateSchema,
  storedResendFallbacks,
  translateResendTags,
} from '@postroom/contracts';
import {
  createTemplate,
  found,
  invalidField,
  type ResourceRef,
  type SaveTemplateDeps,
  type StoredSenderProfile,
  type StoredTemplate,
  updateTemplate,
} from '@postroom/core';
import type { ResourceStores, TemplateSummary } from '@postroom/db';
import { type Request, type Response, Router } from 'express';
import { parse } from '../../http/parse.ts';
import { requireScope } from '../../middleware/authenticate.ts';
import { jsonBody, smallBodyBytes } from '../../middleware/json-body.ts';
import { refOf, workspaceOf } from '../../routes/resource-request.ts';

export type ResendTemplateDeps = Pick<SaveTemplateDeps, 'checkTemplate' | 'compileMjml'> &
  Pick<ResourceStores, 'templates' | 'senderProfiles'>;

const what = 'template';

/** What is saved is what is sent: there is no draft, and what was removed is not shown. */
const presentListed = (template: TemplateSummary | StoredTemplate): ResendListedTemplate => ({
  id: template.id,
  name: template.name,
  alias: null,
  status: 'published',
  published_at: template.updatedAt.toISOString(),
  created_at: template.createdAt.toISOString(),
  updated_at: template.updatedAt.toISOString(),
});

function present(template: StoredTemplate, sender: StoredSenderProfile | null): ResendTemplate {
  const listed = presentListed(template);
  const { created_at, updated_at } = listed;
  return {
    object: 'template',
    ...listed,
    subject: template.subject,
    html: template.html,
    text: template.text,
    from: sender === null ? null : formatAddress(sender.from),
    reply_to: sender?.replyTo ? [formatAddress(sender.replyTo)] : null,
    variables: [...template.requiredVariables, ...template.optionalVariables].map((key) => ({
      key,
      type: 'string',
      fallback_value: null,
      created_at,
      updated_at,
    })),
    has_unpublished_versions: false,
    current_version_id: template.currentSnapshotId,
  };
}

/** A template, unless it was removed. */
const shown = (template: StoredTemplate | null): StoredTemplate =>
  found(template?.status === 'Active' ? template : null, what);

/** The template that `:id` names. */
async function shownOf(
  { templates }: ResendTemplateDeps,
  request: Request,
  response: Response,
): Promise<{ readonly ref: ResourceRef; readonly template: StoredTemplate }> {
  const ref = refOf(request, response, what);
  return { ref, template: shown(await templates.find(ref)) };
}

type Parts = Readonly<Record<string, string | null | undefined>>;

/** What a request says of fallbacks: those of the variables that it declares, and those that stay as they were. */
type Asked = {
  readonly variables: ReturnType<typeof resendCreateTemplateSchema.parse>['variables'];
  readonly kept?: ResendFallbacks;
};

/** A fallback is kept in the tags of its name: where there is none, it would be lost. */
function refuseLost({ variables }: Asked, placed: ReadonlySet<string>): void {
  const lost = (variables ?? []).findIndex(
    ({ key, fallback_value: value }) => value != null && !placed.has(key),
  );
  if (lost >= 0) {
    const reason =
      'has no place: no tag of subject, html or text prints this key and has no fallback of its own';
    throw invalidField(`variables[${lost}].fallback_value`, reason);
  }
}

/** Parts of a template in our words, those that a request has and those that stay; what is left out stays so. */
function inOurWords<Given extends Parts>(given: Given, asked: Asked, staying: Parts = {}): Given {
  const declared = resendFallbacks(asked.variables);
  const placed = new Set<string>();
  const translate = (parts: Parts, kept?: ResendFallbacks) =>
    Object.entries(parts).map(([name, part]) => {
      if (typeof part !== 'string') return [name, part];
      const translated = translateResendTags(part, kept === undefined ? { declared } : { declared, kept });
      for (const key of translated.placed) placed.add(key);
      if (translated.text.length <= maxTemplatePart) return [name, translated.text];
      throw invalidField(name, `must have at most ${maxTemplatePart} characters with its fallbacks`);
    });
  const translated = [...translate(staying), ...translate(given, asked.kept)];
  refuseLost(asked, placed);
  return { ...given, ...Object.fromEntries(translated) };
}

/** A template as its author wrote it. */
const partsOf = ({ subject, html, text, source }: StoredTemplate): Parts => ({
  subject,
  ...(source === null ? { html } : { source }),
  text,
});

/** What an update makes of a template: a fallback that is declared holds in the parts too that stay as they are. */
function changedParts(
  template: StoredTemplate,
  { subject, html, text, variables }: ReturnType<typeof resendUpdateTemplateSchema.parse>,
): Parts {
  const stored = partsOf(template);
  const given = Object.fromEntries(
    Object.entries({ subject, html, text }).filter(([, part]) => part !== undefined),
  );
  const kept = storedResendFallbacks(Object.values(stored).filter((part) => typeof part === 'string'));
  const staying = Object.entries(stored).filter(([name]) => !(name in given));
  return inOurWords(given, { variables, kept }, variables ? Object.fromEntries(staying) : {});
}

const presentId = ({ id }: { readonly id: string }) => ({ object: what, id });

function addChanges(router: Router, deps: ResendTemplateDeps): void {
  const mayChange = requireScope('templates:write', 'live key');
  router.patch('/templates/:id', mayChange, ...jsonBody(smallBodyBytes), async (request, response) => {
    const ref = refOf(request, response, what);
    const change = parse(resendUpdateTemplateSchema, request.body);
    const updated = await updateTemplate(deps, ref, (current) => ({
      name: change.name,
      ...changedParts(shown(current), change),
    }));
    response.json(presentId(updated));
  });
  router.delete('/templates/:id', mayChange, async (request, response) => {
    const { ref } = await shownOf(deps, request, response);
    const { id } = found(await deps.templates.setStatus(ref, 'Archived'), what);
    response.json({ object: what, id, deleted: true });
  });
  router.post('/templates/:id/publish', requireScope('templates:write'), async (request, response) => {
    response.json(presentId((await shownOf(deps, request, response)).template));
  });
}

/** `/templates` as Resend has it. */
export function resendTemplateRoutes(deps: ResendTemplateDeps): Router {
  const { templates, senderProfiles } = deps;
  const router = Router();
  const mayRead = requireScope('templates:read');
  const mayWrite = requireScope('templates:write');
  router.post('/templates', mayWrite, ...jsonBody(smallBodyBytes), async (request, response) => {
    const { name, variables, subject, html, text } = parse(resendCreateTemplateSchema, request.body);
    const parts = inOurWords({ subject, html, text }, { variables });
    const template = await createTemplate(deps, workspaceOf(response), { name, ...parts });
    response.status(201).json(presentId(template));
  });
  router.get('/templates', mayRead, async (request, response) => {
    const { limit, after } = parse(resendPageSchema, request.query);
    const page = { limit, cursor: after, status: 'Active' } as const;
    const { items, hasMore } = await templates.list(workspaceOf(response), page);
    response.json({ object: 'list', has_more: hasMore, data: items.map(presentListed) });
  });
  router.get('/templates/:id', mayRead, async (request, response) => {
    const { ref, template } = await shownOf(deps, request, response);
    const { senderProfileId } = template;
    const { workspaceId } = ref;
    const sender =
      senderProfileId === null ? null : await senderProfiles.find({ workspaceId, id: senderProfileId });
    response.json(present(template, sender));
  });
  router.post('/templates/:id/duplicate', mayWrite, async (request, response) => {
    const { ref } = await shownOf(deps, request, response);
    response.status(201).json(presentId(found(await templates.duplicate(ref), what)));
  });
  addChanges(router, deps);
  return router;
}
