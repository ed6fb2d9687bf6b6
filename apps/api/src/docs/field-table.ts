import { type Html, html } from '../pages/html.ts';
import type { FieldRow } from './field-rows.ts';
import { inlineMarkdown } from './markdown.ts';
import { demands, typeText, valuesOf } from './schema-text.ts';

function meaning({ schema }: FieldRow): Html {
  const values = valuesOf(schema);
  const { description, default: initial } = schema;
  return html`${description === undefined ? null : html`<p>${inlineMarkdown(description)}</p>`}${
    values.length === 0
      ? null
      : html`<p class="aside">One of ${values.map((value, at) => html`${at === 0 ? '' : ', '}<code>${value}</code>`)}</p>`
  }${initial === undefined ? null : html`<p class="aside">Default <code>${String(initial)}</code></p>`}`;
}

function typeCell({ schema }: FieldRow): Html {
  return html`${typeText(schema)}${demands(schema).map((demand) => html`<span class="demand">${demand}</span>`)}`;
}

/** What a table shows of its rows beside name, type and meaning. */
export type FieldTableOptions = {
  /** For those who cannot see what stands around the table. */
  readonly caption: string;
  readonly marksRequired: boolean;
};

/** Fields, one to a row. */
export function fieldTable(rows: readonly FieldRow[], { caption, marksRequired }: FieldTableOptions): Html {
  if (rows.length === 0) return html``;
  return html`<table class="fields"><caption>${caption}</caption><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row"><code><span class="within">${breakable(row.within)}</span>${row.name}</code>${
        marksRequired && row.isRequired ? html` <span class="required">required</span>` : null
      }</th><td class="type">${typeCell(row)}</td><td>${meaning(row)}</td></tr>`,
  )}</tbody></table>`;
}

/** A path that may be broken after each of its parts. */
const breakable = (path: string): Html => html`${path.split(/(?<=\.)/).map((part) => html`${part}<wbr>`)}`;
