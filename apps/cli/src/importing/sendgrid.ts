import { type TemplateTag, templateLiteral, templateTag, translateTags } from '@postroom/contracts';
import * as z from 'zod';
import { Problem } from '../problem.ts';
import { readEach } from './read-each.ts';
import type { Ask, ForeignSuppression, ForeignTemplate, LeaveOut, Product, Source } from './source.ts';

const suppressed = z.array(z.object({ email: z.string() }));
const leftGroups = z.array(z.object({ group_name: z.string() }));
const templatesPage = z.object({
  result: z.array(z.object({ id: z.string() })),
  _metadata: z.object({ next: z.string().optional() }).optional(),
});
const version = z.object({
  active: z.number(),
  subject: z.string().nullish(),
  html_content: z.string().nullish(),
  plain_content: z.string().nullish(),
  test_data: z.string().nullish(),
});
const template = z.object({ name: z.string(), versions: z.array(version) });

/** Lists of addresses, and why they are on them. Blocks are not among them: SendGrid goes on sending to those. */
const lists: readonly (readonly [path: string, reason: ForeignSuppression['reason']])[] = [
  ['/v3/suppression/bounces', 'Bounce'],
  ['/v3/suppression/invalid_emails', 'Bounce'],
  ['/v3/suppression/spam_reports', 'Complaint'],
  ['/v3/suppression/unsubscribes', 'Manual'],
];
const perPage = 500;

/** Blocks that compare, and the helper of ours that does. */
const comparing: Readonly<Record<string, string>> = {
  equals: 'eq',
  notEquals: 'ne',
  greaterThan: 'gt',
  lessThan: 'lt',
  and: 'and',
  or: 'or',
};

/** Helpers of theirs that mean something else here, or nothing. */
const without = new Set(['length', 'formatDate']);

/** Links that SendGrid fills in, and that lead to pages of its own. */
const links = new Set([
  'weblink',
  'weblink_unsubscribe',
  'unsubscribe_preferences',
  'asm_preferences_raw_url',
  'asm_preferences_url',
  'asm_global_unsubscribe_raw_url',
  'asm_global_unsubscribe_url',
]);

const unsubscribing = new Set(['unsubscribe', 'asm_group_unsubscribe_raw_url', 'asm_group_unsubscribe_url']);

/** The words of a tag; those in quotes are one. */
const wordsOf = (text: string): readonly string[] => text.match(/"[^"]*"|'[^']*'|[^\s"']+/g) ?? [];

function insertion(args: readonly string[], tag: TemplateTag): string | null {
  const [name = '', fallback] = args;
  const [, text] = /^["']default=(.*)["']$/.exec(fallback ?? '') ?? [];
  if (fallback === undefined) return templateTag(name, tag);
  const literal = text === undefined ? null : templateLiteral(text);
  return literal === null ? null : templateTag(`default ${name} ${literal}`, tag);
}

function rewrite(tag: TemplateTag): string | null {
  const { words } = tag;
  const [first = '', ...args] = wordsOf(words);
  const [, mark = '', name = ''] = /^([#/^]?)(.*)$/.exec(first) ?? [];
  const compared = comparing[name];
  if (compared !== undefined && mark === '#') return `{{#if (${compared} ${args.join(' ')})}}`;
  if (compared !== undefined && mark === '/') return '{{/if}}';
  if (name === 'else' && args.length > 0) {
    const [block = '', ...rest] = args;
    const helper = comparing[block];
    return helper === undefined ? templateTag(words, tag) : `{{else if (${helper} ${rest.join(' ')})}}`;
  }
  if (mark === '' && unsubscribing.has(name)) return templateTag('@unsubscribeUrl', tag);
  if (mark === '' && name === 'insert') return insertion(args, tag);
  if (links.has(name)) return null;
  return without.has(name) && args.length > 0 ? null : templateTag(words, tag);
}

/** Tags of the older kind of templates: they stand for the same link, or for another of theirs, which is left out as that is. */
const olderLink = /<%\s*(\w+)\s*%>/g;
const ofOlderLink = (tag: string, name: string): string => {
  if (unsubscribing.has(name)) return '{{@unsubscribeUrl}}';
  return links.has(name) ? `{{${name}}}` : tag;
};

function sampleOf(text: string | null | undefined): ForeignTemplate['sampleData'] {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text ?? ''));
  } catch {
    return null;
  }
}

function toTemplate(answer: unknown): ForeignTemplate | null {
  const { name, versions } = template.parse(answer);
  const active = versions.find((one) => one.active === 1);
  if (active === undefined) return null;
  const part = (text: string | null | undefined) =>
    translateTags((text ?? '').replace(olderLink, ofOlderLink), rewrite);
  const subject = part(active.subject);
  const html = part(active.html_content);
  const plain = part(active.plain_content);
  return {
    name,
    subject: subject.text,
    html: html.text,
    text: plain.text === '' ? null : plain.text,
    sampleData: sampleOf(active.test_data),
    untranslated: [subject, html, plain].flatMap(({ untranslated }) => untranslated),
  };
}

/** A key without the right to this one question takes nothing from what was taken over. */
async function countLeftGroups(ask: Ask, leaveOut: LeaveOut): Promise<void> {
  const answer = await ask('/v3/asm/suppressions').catch((error: unknown) => {
    if (error instanceof Problem) return error;
    throw error;
  });
  if (answer instanceof Problem) return leaveOut('single groups', answer);
  const counts = new Map<string, number>();
  for (const { group_name: group } of leftGroups.parse(answer))
    counts.set(group, (counts.get(group) ?? 0) + 1);
  for (const [group, addresses] of counts) leaveOut(group, addresses);
}

function open(ask: Ask): Source {
  return {
    async *suppressions(leaveOut) {
      for (const [path, reason] of lists) {
        for (let offset = 0; ; offset += perPage) {
          const page = suppressed.parse(await ask(`${path}?limit=${perPage}&offset=${offset}`));
          yield page.map(({ email }) => ({ email, reason }));
          if (page.length < perPage) break;
        }
      }
      await countLeftGroups(ask, leaveOut);
    },
    async *templates() {
      const first = '/v3/templates?generations=dynamic&page_size=200';
      for (let path: string | null = first; path !== null; ) {
        const { result, _metadata } = templatesPage.parse(await ask(path));
        yield* readEach(
          result.map(({ id }) => id),
          async (id) => toTemplate(await ask(`/v3/templates/${encodeURIComponent(id)}`)),
        );
        const token: string | null =
          _metadata?.next === undefined ? null : new URL(_metadata.next).searchParams.get('page_token');
        path = token === null ? null : `${first}&page_token=${encodeURIComponent(token)}`;
      }
    },
  };
}

/** SendGrid, by its API. */
export const sendgrid: Product = {
  url: 'https://api.sendgrid.com',
  keyVariable: 'SENDGRID_API_KEY',
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  open,
};
