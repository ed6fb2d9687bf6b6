import { createHash } from 'node:crypto';
import type { OpenApiDocument } from '@postroom/reference';
import { Html, html } from '../pages/html.ts';
import { ownRows } from './field-rows.ts';
import { fieldTable } from './field-table.ts';
import { markdown } from './markdown.ts';
import { operationView } from './operation-view.ts';
import { type PageOperation, pageOperations } from './page-operation.ts';
import { demands, typeText, valuesOf } from './schema-text.ts';
import { script } from './script.ts';
import { style } from './style.ts';

type Tag = OpenApiDocument['tags'][number];
type Section = { readonly tag: Tag; readonly id: string; readonly operations: readonly PageOperation[] };

function sectionsOf(document: OpenApiDocument): readonly Section[] {
  const all = pageOperations(document);
  const sections = document.tags.map((tag) => ({
    tag,
    id: `tag-${tag.name.toLowerCase().replaceAll(' ', '-')}`,
    operations: all.filter(({ operation }) => operation.tags[0] === tag.name),
  }));
  return sections.filter(({ operations }) => operations.length > 0);
}

const operationLink = ({ method, operation }: PageOperation): Html =>
  html`<li><a href="#${operation.operationId}"><span class="method ${method}">${method.toUpperCase()}</span> ${operation.summary}</a></li>`;

function navigation(sections: readonly Section[]): Html {
  return html`<nav aria-label="Contents"><ul><li><a href="#guide">Guide</a></li>${sections.map(
    ({ tag, id, operations }) =>
      html`<li><a href="#${id}">${tag.name}</a><ul>${operations.map(operationLink)}</ul></li>`,
  )}<li><a href="#objects">Objects</a></li></ul></nav>`;
}

const sectionView = ({ tag, id, operations }: Section): Html =>
  html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${tag.name}</h2>${markdown(
    tag.description,
  )}<ul class="overview">${operations.map(operationLink)}</ul>${operations.map(operationView)}</section>`;

function objectView([name, schema]: readonly [
  string,
  OpenApiDocument['components']['schemas'][string],
]): Html {
  const rows = ownRows(schema);
  // Requests take no other fields; answers may get more.
  const marks = schema.additionalProperties === false ? 'required' : 'optional';
  const facts = rows.length > 0 ? [] : [...demands(schema), ...valuesOf(schema)];
  return html`<article id="schema-${name}" class="object"><h3><a href="#schema-${name}">${name}</a></h3>${
    schema.description === undefined ? null : markdown(schema.description)
  }${
    rows.length > 0
      ? fieldTable(rows, { caption: `Fields of ${name}`, marks })
      : html`<p class="aside">${typeText(schema)}${facts.map((fact) => html`, ${fact}`)}</p>`
  }</article>`;
}

function objects({ components }: OpenApiDocument): Html {
  return html`<section id="objects" aria-labelledby="objects-title"><h2 id="objects-title">Objects</h2><p>Everything that has a name of its own. Answers may get new fields at any time.</p>${Object.entries(
    components.schemas,
  ).map(objectView)}</section>`;
}

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** What a browser may do with the page: apply its own style, run its own script, and nothing else. */
export const pagePolicy = [
  "default-src 'none'",
  `style-src ${hashOf(style)}`,
  `script-src ${hashOf(script)}`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The reference as one page that needs nothing but itself. Pure. */
export function referencePage(document: OpenApiDocument): string {
  const { title, version, summary, description } = document.info;
  const sections = sectionsOf(document);
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} API reference</title>
<style>${new Html(style)}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the reference</a>
<header><p class="brand"><a href="#main">${title}</a> <span class="version">${version}</span></p>${navigation(sections)}</header>
<main id="main" tabindex="-1">
<h1>${title} API reference</h1>
<p class="lead">${summary}</p>
<p><a href="openapi.json">OpenAPI 3.1 document</a></p>
<section id="guide" aria-labelledby="guide-title"><h2 id="guide-title">Guide</h2>${markdown(description)}</section>
${sections.map(sectionView)}
${objects(document)}
</main>
<p id="said" class="quiet" role="status"></p>
<script>${new Html(script)}</script>
</body>
</html>
`.text;
}
