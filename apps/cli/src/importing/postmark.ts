import { type TemplateTag, type TranslatedTags, templateTag, translateTags } from '@postroom/contracts';
import * as z from 'zod';
import { readEach } from './read-each.ts';
import type { Ask, ForeignSuppression, ForeignTemplate, Product, Source } from './source.ts';

const streams = z.object({
  MessageStreams: z.array(z.object({ ID: z.string(), MessageStreamType: z.string() })),
});
const dump = z.object({
  Suppressions: z.array(z.object({ EmailAddress: z.string(), SuppressionReason: z.string() })),
});
const templatesPage = z.object({
  TotalCount: z.number(),
  Templates: z.array(z.object({ TemplateId: z.number(), Active: z.boolean().default(true) })),
});
const template = z.object({
  Name: z.string(),
  Subject: z.string().nullish(),
  HtmlBody: z.string().nullish(),
  TextBody: z.string().nullish(),
  LayoutTemplate: z.string().nullish(),
});

/** All but these were added by hand or by an unsubscription. */
const reasons: Readonly<Record<string, ForeignSuppression['reason']>> = {
  HardBounce: 'Bounce',
  SpamComplaint: 'Complaint',
};

/** So many lines go into one import. */
const linesPerPage = 1_000;
const templatesPerPage = 100;
/** Where a layout has the content of the templates that use it. */
const contentPlace = /\{\{\{\s*@content\s*\}\}\}/g;

/** What Postmark fills in by itself; undefined: it is none of that. */
function providedIn(tag: TemplateTag, isHtml: boolean): string | null | undefined {
  const { words } = tag;
  if (words === 'pm:unsubscribe_url') return templateTag('@unsubscribeUrl', tag);
  if (words === 'pm:unsubscribe') {
    return isHtml ? '<a href="{{@unsubscribeUrl}}">Unsubscribe</a>' : '{{@unsubscribeUrl}}';
  }
  return /^(?:pm:|>|@)/.test(words) ? null : undefined;
}

/** A path in ours, from within these blocks: `{{^name}}` has a context of its own there, and `unless` has none. */
function pathOf(written: string, open: readonly string[]): string {
  const [, up = '', rest = ''] = /^((?:\.\.\/)*)(.*)$/s.exec(written.trim()) ?? [];
  const left = open.toReversed().slice(0, up.length / 3);
  const same = left.filter((block) => block === 'unless').length;
  return up.slice(3 * same) + rest.replace(/(^|\/)\.$/, '$1this');
}

/**
 * Mustachio's blocks in ours: `{{#name}}` has its context as `with` has, but not for 0, `{{^name}}` is `unless`, and `.`
 * is `this`.
 */
function translatePart(text: string, isHtml: boolean): TranslatedTags {
  const open: string[] = [];
  const begin = (block: string, path: string) => {
    const ours = pathOf(path, open);
    open.push(block);
    return block === 'with' ? `{{#if ${ours}}}{{#with ${ours}}}` : `{{#${block} ${ours}}}`;
  };
  const end = (block: string) => (block === 'with' ? '{{/with}}{{/if}}' : `{{/${block}}}`);
  return translateTags(text, (tag) => {
    const provided = providedIn(tag, isHtml);
    if (provided !== undefined) return provided;
    const [, list] = /^#\s*each\s+(.+)$/.exec(tag.words) ?? [];
    if (list !== undefined) return begin('each', list);
    const [, mark, name = ''] = /^([#^/])\s*(.+)$/.exec(tag.words) ?? [];
    if (mark === undefined) return templateTag(pathOf(tag.words, open), tag);
    if (mark === '/') return end(open.pop() ?? name);
    return begin(mark === '#' ? 'with' : 'unless', name);
  });
}

type Layout = { readonly html: string; readonly text: string };

/** A part in the frame of its layout; without the part there is nothing to frame. */
const within = (layout: string | undefined, content: string): string =>
  layout === undefined || layout === '' || content === ''
    ? content
    : layout.replace(contentPlace, () => content);

function toTemplate(answer: z.infer<typeof template>, layout: Layout | null): ForeignTemplate {
  const html = translatePart(within(layout?.html, answer.HtmlBody ?? ''), true);
  const text = translatePart(within(layout?.text, answer.TextBody ?? ''), false);
  const subject = translatePart(answer.Subject ?? '', false);
  return {
    name: answer.Name,
    subject: subject.text,
    html: html.text,
    text: text.text === '' ? null : text.text,
    sampleData: null,
    untranslated: [subject, html, text].flatMap(({ untranslated }) => untranslated),
  };
}

/** What of a stream holds for all mail, and how many left that stream alone: receipts go out by another than broadcasts. */
function divide({ Suppressions }: z.infer<typeof dump>, streamType: string) {
  const listed = Suppressions.map(
    ({ EmailAddress: email, SuppressionReason }): ForeignSuppression => ({
      email,
      reason: reasons[SuppressionReason] ?? 'Manual',
    }),
  );
  const isOfAll = streamType !== 'Broadcasts';
  const taken = isOfAll ? listed : listed.filter(({ reason }) => reason !== 'Manual');
  return { taken, left: listed.length - taken.length };
}

/** Those that were archived as well: who bounced there bounces elsewhere. */
const everyStream = '/message-streams?MessageStreamType=All&IncludeArchivedStreams=true';

function open(ask: Ask): Source {
  const layouts = new Map<string, Promise<Layout>>();
  const find = async (id: string) => template.parse(await ask(`/templates/${encodeURIComponent(id)}`));
  const layoutOf = (alias: string): Promise<Layout> => {
    const known = layouts.get(alias);
    if (known !== undefined) return known;
    const asked = find(alias).then(({ HtmlBody, TextBody }) => ({
      html: HtmlBody ?? '',
      text: TextBody ?? '',
    }));
    layouts.set(alias, asked);
    return asked;
  };
  return {
    async *suppressions(leaveOut) {
      const { MessageStreams } = streams.parse(await ask(everyStream));
      for (const { ID, MessageStreamType } of MessageStreams) {
        if (MessageStreamType === 'Inbound') continue;
        const path = `/message-streams/${encodeURIComponent(ID)}/suppressions/dump`;
        const { taken, left } = divide(dump.parse(await ask(path)), MessageStreamType);
        for (let from = 0; from < taken.length; from += linesPerPage) {
          yield taken.slice(from, from + linesPerPage);
        }
        leaveOut(ID, left);
      }
    },
    async *templates() {
      for (let offset = 0; ; offset += templatesPerPage) {
        const path = `/templates?Count=${templatesPerPage}&Offset=${offset}&TemplateType=Standard`;
        const { TotalCount, Templates } = templatesPage.parse(await ask(path));
        const ids = Templates.filter(({ Active }) => Active).map(({ TemplateId }) => String(TemplateId));
        yield* readEach(ids, async (id) => {
          const found = await find(id);
          const { LayoutTemplate: alias } = found;
          return toTemplate(
            found,
            alias === null || alias === undefined || alias === '' ? null : await layoutOf(alias),
          );
        });
        if (Templates.length === 0 || offset + Templates.length >= TotalCount) return;
      }
    },
  };
}

/** A server of Postmark, by its API. */
export const postmark: Product = {
  url: 'https://api.postmarkapp.com',
  keyVariable: 'POSTMARK_SERVER_TOKEN',
  headers: (key) => ({ 'x-postmark-server-token': key }),
  open,
};
