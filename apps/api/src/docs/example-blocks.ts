import type { Content } from '@postroom/reference';
import { type Html, html } from '../pages/html.ts';
import { curlCommand } from './curl.ts';
import { jsonView } from './json-view.ts';
import { inlineMarkdown } from './markdown.ts';
import { answersOf, type PageOperation } from './page-operation.ts';

type Block = { readonly label: Html; readonly code: Html; readonly isOpen: boolean };

const codeBlock = ({ label, code, isOpen }: Block): Html =>
  html`<details class="example"${isOpen ? html` open` : null}><summary>${label}</summary><div class="code"><button type="button" class="copy" hidden>Copy</button><pre tabindex="0"><code>${code}</code></pre></div></details>`;

const shown = (value: unknown): Html => (typeof value === 'string' ? html`${value}` : jsonView(value));

const examplesOf = (content: Content | undefined) =>
  Object.entries(content ?? {}).flatMap(([mediaType, { examples = {} }]) =>
    Object.values(examples).map((example) => ({ mediaType, ...example })),
  );

function requestBlocks({ serverUrl, method, path, operation }: PageOperation): readonly Block[] {
  const call = { serverUrl, method, path, operation };
  const examples = examplesOf(operation.requestBody?.content);
  if (examples.length === 0) {
    return [{ label: html`Request`, code: html`${curlCommand({ ...call, body: null })}`, isOpen: true }];
  }
  return examples.map((example, at) => ({
    label: html`Request <span class="what">${inlineMarkdown(example.summary)}</span>`,
    code: html`${curlCommand({ ...call, body: example })}`,
    isOpen: at === 0,
  }));
}

function answerBlocks(shownOperation: PageOperation): readonly Block[] {
  const successes = answersOf(shownOperation).filter(({ status }) => Number(status) < 400);
  const blocks = successes.flatMap(({ status, response }) =>
    examplesOf(response.content).map(({ summary, value }) => ({
      label: html`<span class="status">${status}</span> <span class="what">${inlineMarkdown(summary)}</span>`,
      code: shown(value),
    })),
  );
  return blocks.map((block, at) => ({ ...block, isOpen: at === 0 }));
}

/** An operation's requests as commands, and its answers. */
export const exampleBlocks = (operation: PageOperation): Html =>
  html`${[...requestBlocks(operation), ...answerBlocks(operation)].map(codeBlock)}`;
