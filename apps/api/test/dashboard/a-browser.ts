import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

/** The browser that `scripts/setup.mjs` has found or installed. */
function chromiumPath(): string {
  const named = process.env.CHROMIUM_PATH;
  if (named) return named;
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const places = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((dir) => names.map((name) => join(dir, name)));
  for (const place of [...places, '/Applications/Chromium.app/Contents/MacOS/Chromium']) {
    try {
      accessSync(place, constants.X_OK);
      return place;
    } catch {
      // The next one.
    }
  }
  throw new Error('There is no Chromium: run npm run setup, or set CHROMIUM_PATH.');
}

const flags = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A page in a browser of its own, and what it did. */
export type OpenBrowser = {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Addresses outside of the origin that were really asked for. */
  readonly strays: readonly string[];
  /** What the page threw, and what its policy refused. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
};

/** Opens a page that may go to one origin. */
export async function openBrowser(origin: string): Promise<OpenBrowser> {
  const browser: Browser = await chromium.launch({ executablePath: chromiumPath(), args: flags });
  const context = await browser.newContext({
    baseURL: origin,
    viewport: { width: 1_280, height: 900 },
    reducedMotion: 'reduce',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(60_000);
  const strays: string[] = [];
  const complaints: string[] = [];
  const isStray = (url: string) => !url.startsWith(`${origin}/`);
  page.on('response', (response) => {
    if (isStray(response.url())) strays.push(response.url());
  });
  // What the page's policy stops has asked nobody.
  page.on('requestfailed', (request) => {
    if (isStray(request.url()) && !/csp/i.test(request.failure()?.errorText ?? ''))
      strays.push(request.url());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  // What the frame of mail refuses is the mail's: it has another policy than the page.
  page.on('console', (message) => {
    const text = message.text();
    if (
      message.type() === 'error' &&
      /Content Security Policy/.test(text) &&
      !/img-src data:|script-src 'sha256-/.test(text)
    )
      complaints.push(text);
  });
  return { page, context, strays, complaints, close: () => browser.close() };
}

type Finding = {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
};

/** What axe looks for: everything, or what colours alone decide. */
type Sought = 'everything' | 'colours';

/** All that it asks of each page about colours. */
const rulesOfColours = ['color-contrast', 'link-in-text-block'];

/** What axe finds on a page that keeps somebody from using it, each with the first place where it does. */
export async function findBarriers(page: Page, sought: Sought = 'everything'): Promise<readonly string[]> {
  // A document keeps it: half a megabyte to read.
  if (!(await page.evaluate("'axe' in window"))) await page.evaluate(axe.source);
  const runOnly = sought === 'colours' ? { runOnly: { type: 'rule', values: rulesOfColours } } : {};
  const options = { resultTypes: ['violations'], iframes: false, ...runOnly };
  const found: { readonly violations: readonly Finding[] } = await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)})`,
  );
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`);
}
