import { resendFallbacks, translateResendTags } from '@postroom/contracts';
import * as z from 'zod';
import { readEach } from './read-each.ts';
import type { Ask, ForeignSuppression, ForeignTemplate, Product, Source } from './source.ts';

const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ data: z.array(item), has_more: z.boolean().default(false) });

const suppressionPage = pageOf(z.object({ id: z.string(), email: z.string(), origin: z.string() }));
const templatePage = pageOf(z.object({ id: z.string() }));
const variable = z.object({
  key: z.string(),
  fallback_value: z.union([z.string(), z.number()]).nullish(),
});
const template = z.object({
  name: z.string(),
  subject: z.string().nullish(),
  html: z.string().nullish(),
  text: z.string().nullish(),
  variables: z.array(variable).nullish(),
});

const reasons: Readonly<Record<string, ForeignSuppression['reason']>> = {
  bounce: 'Bounce',
  complaint: 'Complaint',
};

function toTemplate(answer: unknown): ForeignTemplate {
  const { name, subject, html, text, variables } = template.parse(answer);
  const declared = resendFallbacks(variables);
  const part = (written: string) => translateResendTags(written, { declared });
  const parts = { subject: part(subject ?? ''), html: part(html ?? ''), text: part(text ?? '') };
  return {
    name,
    subject: parts.subject.text,
    html: parts.html.text,
    text: parts.text.text === '' ? null : parts.text.text,
    sampleData: null,
    untranslated: Object.values(parts).flatMap(({ untranslated }) => untranslated),
  };
}

/** The pages of a list that goes on behind the last id. */
async function* pages<Item extends { readonly id: string }>(
  ask: Ask,
  path: string,
  read: (answer: unknown) => { readonly data: readonly Item[]; readonly has_more: boolean },
): AsyncGenerator<readonly Item[]> {
  for (let after = ''; ; ) {
    const { data, has_more } = read(await ask(`${path}?limit=100${after}`));
    yield data;
    const last = data.at(-1)?.id;
    if (!has_more || last === undefined) return;
    after = `&after=${encodeURIComponent(last)}`;
  }
}

function open(ask: Ask): Source {
  return {
    async *suppressions() {
      for await (const page of pages(ask, '/suppressions', (answer) => suppressionPage.parse(answer))) {
        yield page.map(({ email, origin }) => ({ email, reason: reasons[origin] ?? 'Manual' }));
      }
    },
    async *templates() {
      for await (const page of pages(ask, '/templates', (answer) => templatePage.parse(answer))) {
        yield* readEach(
          page.map(({ id }) => id),
          async (id) => toTemplate(await ask(`/templates/${encodeURIComponent(id)}`)),
        );
      }
    },
  };
}

/** Resend, by its API. */
export const resend: Product = {
  url: 'https://api.resend.com',
  keyVariable: 'RESEND_API_KEY',
  headers: (key) => ({ authorization: `Bearer ${key}` }),
  open,
};
