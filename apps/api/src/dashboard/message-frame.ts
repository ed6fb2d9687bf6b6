import { createHash } from 'node:crypto';

/**
 * What acts without a script, and is stopped by no policy, is taken out before the mail is in a page: `meta` would load the frame
 * anew, to which the mail is posted anew; `link` tells a host that somebody looked; a frame in the mail may hold either.
 * A link that is followed would take the frame away from the page for good.
 */
const script = `addEventListener('message', (event) => {
  if (event.source !== parent) return;
  const mail = new DOMParser().parseFromString(event.data, 'text/html');
  for (const some of mail.querySelectorAll('meta[http-equiv], link, iframe')) some.remove();
  document.documentElement.replaceWith(document.importNode(mail.documentElement, true));
});
for (const name of ['click', 'auxclick']) {
  addEventListener(name, (event) => event.target.closest('a, area') && event.preventDefault(), true);
}`;

/** Shows the html of mail. The page posts it here: in a document of the page itself its own policy would hold, which lets no mail have its styles. */
export const messageFrame = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Email</title></head><body><script>${script}</script></body></html>`;

/**
 * No script of mail runs, nothing is fetched, nothing is followed or posted: an image of another host would tell it that
 * somebody looked.
 */
export const framePolicy = [
  "default-src 'none'",
  `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`,
  "style-src 'unsafe-inline'",
  'img-src data:',
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-scripts',
].join('; ');
