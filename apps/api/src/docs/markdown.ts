import { type Html, html } from '../pages/html.ts';

/** Code, strong, emphasis and links to web pages or parts of this one. */
const marks =
  /`(?<code>[^`]+)`|\*\*(?<strong>[^*]+)\*\*|\*(?<em>[^*]+)\*|\[(?<label>[^\]]+)\]\((?<href>(?:https?:\/\/|#)[^)\s]+)\)/;

/** One line of text with its marks. */
export function inlineMarkdown(text: string): Html {
  const mark = marks.exec(text);
  if (mark?.groups === undefined) return html`${text}`;
  const { code, strong, em, label, href } = mark.groups;
  const before = text.slice(0, mark.index);
  const after = inlineMarkdown(text.slice(mark.index + mark[0].length));
  const shown =
    code !== undefined
      ? html`<code>${code}</code>`
      : strong !== undefined
        ? html`<strong>${inlineMarkdown(strong)}</strong>`
        : em !== undefined
          ? html`<em>${inlineMarkdown(em)}</em>`
          : html`<a href="${href ?? ''}">${label ?? ''}</a>`;
  return html`${before}${shown}${after}`;
}

const cellsOf = (row: string) =>
  row
    .slice(1, -1)
    .split('|')
    .map((cell) => inlineMarkdown(cell.trim()));

/** The rows of a table; its first cells name the rows, and the columns are repeated for small screens. */
function table(block: string): Html {
  const [head = '', , ...rows] = block.split('\n');
  const names = cellsOf(head);
  const labels = head
    .slice(1, -1)
    .split('|')
    .map((name) => name.trim());
  return html`<div class="scroll" tabindex="0" role="group" aria-label="Table"><table><thead><tr>${names.map(
    (name) => html`<th scope="col">${name}</th>`,
  )}</tr></thead><tbody>${rows.map(
    (row) =>
      html`<tr>${cellsOf(row).map((cell, at) => html`<td data-label="${labels[at] ?? ''}">${cell}</td>`)}</tr>`,
  )}</tbody></table></div>`;
}

const idOf = (heading: string) => heading.toLowerCase().replace(/[^a-z0-9]+/g, '-');

function block(text: string): Html {
  if (text.startsWith('```'))
    return html`<pre tabindex="0"><code>${text.split('\n').slice(1, -1).join('\n')}</code></pre>`;
  if (text.startsWith('## '))
    return html`<h3 id="${idOf(text.slice(3))}">${inlineMarkdown(text.slice(3))}</h3>`;
  if (text.startsWith('|')) return table(text);
  return html`<p>${inlineMarkdown(text.replaceAll('\n', ' '))}</p>`;
}

/**
 * The marks of Markdown that the document uses: paragraphs, headings of the second level, fenced code without empty
 * lines, tables, and what stands within a line. Everything else is shown as it is written.
 */
export const markdown = (text: string): Html =>
  html`${text
    .trim()
    .split(/\n{2,}/)
    .map(block)}`;
