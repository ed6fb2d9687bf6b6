import type { ErrorEnvelope } from '@postroom/contracts';
import type { JsonSchema, MediaType } from '@postroom/reference';
import { type Html, html } from '../pages/html.ts';
import { exampleBlocks } from './example-blocks.ts';
import { type FieldRow, fieldRows } from './field-rows.ts';
import { fieldTable } from './field-table.ts';
import { inlineMarkdown, markdown } from './markdown.ts';
import { answersOf, type PageOperation } from './page-operation.ts';
import { componentLink, componentOf } from './schema-text.ts';

const places = [
  ['path', 'Path'],
  ['query', 'Query'],
  ['header', 'Header'],
] as const;

function parameters({ operation }: PageOperation): Html {
  return html`${places.map(([place, title]) => {
    const rows: readonly FieldRow[] = (operation.parameters ?? [])
      .filter((parameter) => parameter.in === place)
      .map(({ name, required, description, schema }) => ({
        within: '',
        name,
        isRequired: required,
        schema: { ...schema, description },
      }));
    if (rows.length === 0) return null;
    const caption = `${title} parameters of ${operation.summary}`;
    return html`<h4>${title} parameters</h4>${fieldTable(rows, { caption, marks: 'required' })}`;
  })}`;
}

const choicesOf = (schema: JsonSchema): readonly JsonSchema[] => schema.oneOf ?? [schema];

function bodyChoice({ document, operation }: PageOperation, schema: JsonSchema): Html {
  const { schemas } = document.components;
  const name = componentOf(schema);
  const about = name === null ? undefined : schemas[name]?.description;
  const caption = `Fields of ${name ?? 'the body'} in ${operation.summary}`;
  return html`${name === null ? null : html`<h5>${componentLink(name)}</h5>`}${
    about === undefined ? null : markdown(about)
  }${fieldTable(fieldRows(schema, schemas), { caption, marks: 'required' })}`;
}

function body(shown: PageOperation): Html | null {
  const { requestBody } = shown.operation;
  if (requestBody === undefined) return null;
  return html`${Object.entries(requestBody.content).map(
    ([mediaType, { schema }]) =>
      html`<h4>Body <span class="aside"><code>${mediaType}</code></span></h4><p class="aside">${requestBody.description}${
        schema.oneOf === undefined ? '' : ' One of these:'
      }</p>${choicesOf(schema).map((choice) => bodyChoice(shown, choice))}`,
  )}`;
}

function bodyNames(content: MediaType): readonly Html[] {
  return choicesOf(content.schema)
    .flatMap((schema) => componentOf(schema) ?? [])
    .map(componentLink);
}

function successes(shown: PageOperation): Html {
  const answers = answersOf(shown).filter(({ status }) => Number(status) < 400);
  return html`<h4>Answers</h4><ul class="answers">${answers.map(({ status, response }) => {
    const names = Object.values(response.content ?? {}).flatMap(bodyNames);
    return html`<li><span class="status">${status}</span> ${inlineMarkdown(response.description)} ${names.map(
      (name, at) => html`${at === 0 ? '' : ', '}${name}`,
    )}</li>`;
  })}</ul>`;
}

/** The codes that an error answer may have; of other products' only the description has them. */
function codesOf({ schema }: MediaType): readonly string[] {
  const field: keyof ErrorEnvelope = 'error';
  return (schema.properties?.[field]?.enum ?? []).map(String);
}

function failures(shown: PageOperation): Html | null {
  const answers = answersOf(shown).filter(({ status }) => Number(status) >= 400);
  const rows = answers.map(({ status, response }) => ({
    status,
    description: response.description,
    codes: Object.values(response.content ?? {}).flatMap(codesOf),
  }));
  if (rows.length === 0) return null;
  return html`<h4>Errors</h4><details class="errors"><summary>${rows.map(({ status, codes }) => {
    const shownStatus = html`<span class="status bad">${status}</span> `;
    if (codes.length === 0) return shownStatus;
    return html`<span class="error-code">${shownStatus}${codes.join(', ')}</span> `;
  })}</summary><dl>${rows.map(
    ({ status, description }) =>
      html`<dt><span class="status bad">${status}</span></dt><dd>${markdown(description)}</dd>`,
  )}</dl></details>`;
}

const scopeNote = ({ operation }: PageOperation): Html => {
  const scopes = operation.security.flatMap((requirement) => Object.values(requirement).flat());
  return scopes.length === 0
    ? html`<span class="scope">no key needed</span>`
    : html`<span class="scope">scope ${scopes.map((scope) => html`<code>${scope}</code>`)}</span>`;
};

/** One operation of the page. */
export function operationView(shown: PageOperation): Html {
  const { method, path, operation } = shown;
  const { operationId, summary, description } = operation;
  return html`<article id="${operationId}" aria-labelledby="${operationId}-title"><h3 id="${operationId}-title"><a href="#${operationId}">${summary}</a></h3><p class="route"><span class="method ${method}">${method.toUpperCase()}</span> <code class="path">${breakable(path)}</code> ${scopeNote(shown)}</p><div class="columns"><div class="says">${
    description === undefined ? null : markdown(description)
  }${parameters(shown)}${body(shown)}${successes(shown)}${failures(shown)}</div><div class="examples">${exampleBlocks(shown)}</div></div></article>`;
}

/** A path that may be broken before each slash. */
const breakable = (path: string): Html => html`${path.split(/(?=\/)/).map((part) => html`<wbr>${part}`)}`;
