import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { Html, html } from './html.ts';

const style = `
:root { color-scheme: light dark; --ground: #fff; --ink: #1c2024; --faint: #5a626b; --line: #d5d9de; --accent: #0b5cad; --on-accent: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #16181b; --ink: #e8eaed; --faint: #a3abb4; --line: #3a3f45; --accent: #8ab8f0; --on-accent: #10202f; }
}
body { margin: 0; background: var(--ground); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; max-width: 34rem; margin: 0 auto; padding: 12vh 1.25rem 3rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: 0 0 1.25rem; }
p.after { margin-top: 1.25rem; }
.faint { color: var(--faint); font-size: .9375rem; }
button { min-height: 2.75rem; padding: .5rem 1.5rem; border: 2px solid var(--accent); border-radius: .375rem;
  background: var(--accent); color: var(--on-accent); font: inherit; font-weight: 600; cursor: pointer; }
button.quiet { background: transparent; color: var(--accent); }
form.choices { margin-top: 2.5rem; padding-top: 1.5rem; border-top: 1px solid var(--line); }
fieldset { margin: 0 0 1.25rem; padding: 0; border: 0; min-width: 0; }
legend { padding: 0; margin-bottom: .5rem; font-weight: 600; }
form.choices ul { list-style: none; margin: 0; padding: 0; }
label { display: flex; align-items: center; gap: .75rem; min-height: 2.75rem; cursor: pointer; }
label bdi { min-width: 0; }
input[type=checkbox] { appearance: none; flex: none; position: relative; width: 2.75rem; height: 1.5rem; margin: 0;
  border: 2px solid var(--faint); border-radius: .75rem; background: transparent; cursor: pointer; }
input[type=checkbox]::before { content: ""; position: absolute; top: 2px; left: 2px; width: 1rem; height: 1rem;
  border-radius: 50%; background: var(--faint); }
input[type=checkbox]:checked { border-color: var(--accent); background: var(--accent); }
input[type=checkbox]:checked::before { left: calc(100% - 1rem - 2px); background: var(--on-accent); }
@media (forced-colors: active) { input[type=checkbox] { appearance: auto; width: 1.25rem; height: 1.25rem; } }
hr { margin: 1.5rem 0; border: 0; border-top: 1px solid var(--line); }
input:focus-visible, button:focus-visible { outline: 3px solid var(--ink); outline-offset: 3px; }
`;

/** Nothing is fetched and nothing runs; the one style sheet is allowed by its hash. */
const contentSecurityPolicy = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`,
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

const styleElement = new Html(`<style>${style}</style>`);

/** Answers with a page that needs nothing but itself. */
export function sendPage(
  response: Response,
  status: number,
  { title, body }: { readonly title: string; readonly body: Html },
): void {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex, nofollow">
<title>${title}</title>
${styleElement}
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
  response.status(status).set('content-security-policy', contentSecurityPolicy).type('html').send(page.text);
}
