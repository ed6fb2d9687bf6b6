import type { CreateTemplate, UpdateTemplate } from '@postroom/contracts';
import { assertNever, PostroomError } from '../postroom-error.ts';
import { invalidField } from '../refusals.ts';
import { renderingBusy } from '../send/rendering-busy.ts';
import type {
  MjmlOutcome,
  StoredTemplate,
  TemplateCheck,
  TemplateContent,
  TemplateDraft,
} from './template.ts';

/** What checks a template and compiles what it is written as. */
export type TemplateChecks = {
  readonly checkTemplate: (draft: TemplateDraft) => TemplateCheck | Promise<TemplateCheck>;
  readonly compileMjml: (source: string, workspaceId: string) => Promise<MjmlOutcome>;
};

/** The content of a template as its author writes it: html, or the MJML that html is to be made of. */
export type WrittenContent = Pick<StoredTemplate, 'subject' | 'text'> &
  ({ readonly html: string; readonly source: null } | { readonly html: null; readonly source: string });

type Invalid = Pick<Extract<TemplateCheck, { kind: 'invalid' }>, 'line' | 'column' | 'reason'>;

function templateInvalid(part: string, { line, column, reason }: Invalid): PostroomError {
  return new PostroomError(
    'template_invalid',
    `The ${part} of the template cannot work: line ${line}, column ${column}: ${reason}.`,
    { details: { part, line, column, reason } },
  );
}

/** What a new template is written as. */
export function writtenOf({
  subject,
  html,
  source,
  text = null,
  format = 'html',
}: Omit<CreateTemplate, 'name'>): WrittenContent {
  if (format === 'html') {
    if (source != null) throw invalidField('source', 'is for templates whose format is mjml: say so');
    if (html === undefined) throw invalidField('html', 'is required');
    return { subject, text, html, source: null };
  }
  if (html !== undefined) throw invalidField('html', 'is compiled from source where the format is mjml');
  if (source == null) throw invalidField('source', 'is required where the format is mjml');
  return { subject, text, html: null, source };
}

/** What a template is written as after a change, which may change its format; html that was compiled stays when MJML is left. */
export function rewrittenOf(current: StoredTemplate, change: UpdateTemplate): WrittenContent {
  const { subject = current.subject, text = current.text, html, source } = change;
  const was = current.source === null ? 'html' : 'mjml';
  const { format = was } = change;
  const fields = { format, subject, text };
  if (format === 'html') return writtenOf({ ...fields, html: html ?? current.html, source });
  return writtenOf({ ...fields, html, source: source === undefined ? current.source : source });
}

const atStart = { line: 1, column: 1 };
const notInstalled =
  'MJML is not installed on this server: its operator installs mjml-core and mjml-preset-core';

async function compiled(checks: TemplateChecks, source: string, workspaceId: string): Promise<string> {
  const outcome = await checks.compileMjml(source, workspaceId);
  switch (outcome.kind) {
    case 'ok':
      return outcome.html;
    case 'invalid':
      throw templateInvalid('source', outcome);
    case 'busy':
      throw renderingBusy(outcome.refusal);
    case 'overdue':
      throw templateInvalid('source', { ...atStart, reason: 'takes MJML too long, or too much memory' });
    case 'not_installed':
      throw templateInvalid('source', { ...atStart, reason: notInstalled });
    default:
      return assertNever(outcome);
  }
}

/** Content that can be sent, or the first thing that is wrong with it, told by its place in what was written. */
export async function checkedContent(
  checks: TemplateChecks,
  workspaceId: string,
  { subject, text, html, source }: WrittenContent,
): Promise<TemplateContent> {
  const partOf = (part: keyof TemplateDraft) => (part === 'html' && source !== null ? 'source' : part);
  const check = async (draft: TemplateDraft) => {
    const result = await checks.checkTemplate(draft);
    if (result.kind === 'invalid') throw templateInvalid(partOf(result.part), result);
    return result.variables;
  };
  if (source === null) {
    const variables = await check({ subject, html, text });
    return { kind: 'template', subject, html, text, source, variables };
  }
  // Handlebars reads MJML as it reads html: what is wrong with the tags is told where the author has them.
  await check({ subject, html: source, text });
  const result = await compiled(checks, source, workspaceId);
  const variables = await check({ subject, html: result, text });
  return { kind: 'template', subject, html: result, text, source, variables };
}
