import { type Html, html } from '../pages/html.ts';
import { prettyJson } from './pretty-json.ts';

/** Strings, with the colon after a key; numbers; the three words. */
const tokens = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** JSON with its keys, texts and other values told apart. */
export function jsonView(value: unknown): Html {
  const text = prettyJson(value);
  const parts: Html[] = [];
  let end = 0;
  for (const token of text.matchAll(tokens)) {
    const [whole, quoted, colon, number] = token;
    parts.push(html`${text.slice(end, token.index)}`);
    if (quoted !== undefined && colon !== undefined)
      parts.push(html`<span class="key">${quoted}</span>${colon}`);
    else if (quoted !== undefined) parts.push(html`<span class="text">${quoted}</span>`);
    else parts.push(html`<span class="${number === undefined ? 'word' : 'number'}">${whole}</span>`);
    end = token.index + whole.length;
  }
  return html`${parts}${text.slice(end)}`;
}
