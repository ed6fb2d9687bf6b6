import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { dashboardHeader, operatorScope } from '@postroom/contracts';
import { ApiKeyStore, openDatabase } from '@postroom/db';
import { eventually } from '@postroom/testkit';
import * as z from 'zod';
import type { Context } from '../nouns/context.ts';

/** The page *Now* of the dashboard as an operator has it open. */
export type NowPage = {
  /** Waits until it shows a worker, or none of that process any more; answers when, in milliseconds since 1970, or null: not in a minute. */
  whenShown(pid: number, state: 'there' | 'gone'): Promise<number | null>;
  close(): void;
};

const operatorKey = `sk_live_${'o'.repeat(32)}`;

/** Who asks for the page: in an installation of several workspaces operators alone see its workers. */
async function makeOperatorKey({ databaseUrl, workspaces }: Context): Promise<void> {
  const database = openDatabase({ url: databaseUrl, maxConnections: 1 });
  try {
    const wanted = { name: 'operator', key: operatorKey, scopes: [operatorScope] };
    await new ApiKeyStore(database.prisma).keep(workspaces[0]?.id ?? '', wanted);
  } finally {
    await database.close();
  }
}

async function signIn(origin: string): Promise<string> {
  const response = await fetch(`${origin}/dashboard/session`, {
    method: 'POST',
    headers: { [dashboardHeader]: '1', 'content-type': 'application/json' },
    body: JSON.stringify({ key: operatorKey }),
  });
  const [cookie = ''] = (response.headers.get('set-cookie') ?? '').split(';');
  if (response.status !== 200) throw new Error(`signing in was answered ${response.status}`);
  return cookie;
}

const openStream = (origin: string, cookie: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    get(`${origin}/dashboard/api/stream`, { headers: { cookie }, agent: false }, resolve).on('error', reject);
  });

const nowSchema = z.object({ workers: z.array(z.object({ name: z.string() })).nullable() });

/** How long is waited for what the page is to show: whether that is soon enough is judged by who asks. */
const patience = { timeoutMs: 60_000, intervalMs: 50 } as const;

/** Opens the stream that the page listens to, and reads it as the page does. */
export async function openNowPage(context: Context): Promise<NowPage> {
  const { stack, signal } = context;
  await makeOperatorKey(context);
  const stream = await openStream(stack.apiUrl, await signIn(stack.apiUrl));
  if (stream.statusCode !== 200) throw new Error(`the stream was answered ${stream.statusCode}`);
  let shown: { readonly atMs: number; readonly names: readonly string[] } | null = null;
  // A stream that breaks off shows nothing any more, and that is seen.
  stream.on('error', () => undefined);
  const lines = createInterface({ input: stream });
  // It tells of the same once more.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    if (!line.startsWith('data: {')) return;
    const { workers } = nowSchema.parse(JSON.parse(line.slice('data: '.length)));
    // What is not told leaves the page as it was.
    if (workers !== null) shown = { atMs: Date.now(), names: workers.map(({ name }) => name) };
  });
  const look = (pid: number, state: 'there' | 'gone') => {
    if (signal.aborted) return { atMs: null };
    const isThere = shown?.names.some((name) => name.endsWith(`-${pid}`));
    return shown !== null && isThere === (state === 'there') ? shown : false;
  };
  return {
    whenShown: async (pid, state) => {
      const found = await eventually(() => look(pid, state), patience).catch(() => null);
      return found?.atMs ?? null;
    },
    close: () => void stream.destroy(),
  };
}
