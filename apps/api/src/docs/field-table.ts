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
  /** Fields of requests that have to be there, or fields of answers that may not be. */
  readonly marks: 'required' | 'optional';
};

function markOf({ isRequired }: FieldRow, marks: FieldTableOptions['marks']): Html | null {
  if (marks === 'required') return isRequired ? html` <span class="required">required</span>` : null;
  return isRequired ? null : html` <span class="optional">may be absent</span>`;
}

/** Fields, one to a row; HTML itself ends cells and rows where the next begin, which saves a thirtieth of the page. */
export function fieldTable(rows: readonly FieldRow[], { caption, marks }: FieldTableOptions): Html {
  if (rows.length === 0) return html``;
  return html`<table class="fields"><caption>${caption}</caption><thead><tr><th scope="col">Field</th><th scope="col">Type</th><th scope="col">Meaning</th></tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr><th scope="row"><code>${
        row.within === '' ? null : html`<span class="within">${breakable(row.within)}</span>`
      }${row.name}</code>${markOf(row, marks)}<td class="type">${typeCell(row)}<td>${meaning(row)}`,
  )}</tbody></table>`;
}

/** A path that may be broken after each of its parts. */
const breakable = (path: string): Html => html`${path.split(/(?<=\.)/).map((part) => html`${part}<wbr>`)}`;
