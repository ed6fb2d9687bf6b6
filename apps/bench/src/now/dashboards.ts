import { get, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { dashboardHeader } from '@postroom/contracts';

/** The headers of the dashboard's own page in a browser that has signed in. */
export type Browser = { readonly origin: string; readonly headers: Readonly<Record<string, string>> };

const ownPage = { [dashboardHeader]: '1', 'sec-fetch-site': 'same-origin', 'accept-encoding': 'gzip' };

/** Signs in with a key. */
export async function signIn(origin: string, key: string): Promise<Browser> {
  const response = await fetch(`${origin}/dashboard/session`, {
    method: 'POST',
    headers: { ...ownPage, 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  });
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  if (response.status !== 200) throw new Error(`Signing in was answered with ${response.status}.`);
  return { origin, headers: { ...ownPage, cookie } };
}

/** A page that listens to what happens now. */
export type OpenStream = {
  /** Resolves when it was told the first time. */
  readonly told: Promise<void>;
  readonly close: () => void;
};

/** Opens the stream of one page. */
export function openStream({ origin, headers }: Browser): OpenStream {
  const request = get(`${origin}/dashboard/api/stream`, { headers, agent: false });
  const told = new Promise<void>((resolve, reject) => {
    request.on('error', reject);
    request.once('response', (response: IncomingMessage) => {
      if (response.statusCode !== 200)
        reject(new Error(`The stream was answered with ${response.statusCode}.`));
      let heard = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        if (heard.includes('event: now\n')) return;
        heard += text;
        if (heard.includes('event: now\n')) resolve();
      });
    });
  });
  told.catch(() => undefined);
  return { told, close: () => request.destroy() };
}

async function read({ origin, headers }: Browser, path: string): Promise<string> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${origin}${path}`, { headers: { ...headers, 'accept-encoding': 'identity' } }, resolve).on(
      'error',
      reject,
    );
  });
  const body = (await buffer(response)).toString();
  if (response.statusCode !== 200)
    throw new Error(`${path} was answered with ${response.statusCode}: ${body}`);
  return body;
}

/** Asks for all that *Now* needs, as the page does, until it knows what happens; answers how long that took, in milliseconds. */
export async function openNow(browser: Browser): Promise<number> {
  const startedAt = performance.now();
  const page = await read(browser, '/dashboard');
  const assets = [...page.matchAll(/(?:src|href)="(\/dashboard\/assets\/[^"]+)"/g)].map(
    ([, path = '']) => path,
  );
  await Promise.all(assets.map((path) => read(browser, path)));
  await read(browser, '/dashboard/session');
  const stream = openStream(browser);
  await Promise.all([
    stream.told,
    read(browser, '/dashboard/api/actions'),
    read(browser, '/api/v1/workspaces'),
  ]);
  stream.close();
  return performance.now() - startedAt;
}
