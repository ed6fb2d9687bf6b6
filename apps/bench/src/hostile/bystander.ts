import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '@postroom/testkit';
import * as z from 'zod';

/** What became of one mail of the bystander: how long its request took and how long it was on its way to SES, in ms. */
export type Witnessed = {
  /** Null: no answer, or one that accepted nothing. */
  readonly status: number | null;
  readonly requestMs: number;
  /** Null: SES did not get it in time. */
  readonly mailMs: number | null;
};

export type Bystander = {
  readonly apiUrl: string;
  readonly sesUrl: string;
  readonly key: string;
  readonly templateId: string;
};

const requestTimeoutMs = 30_000;
const arrivesWithinMs = 90_000;

const acceptedSchema = z.object({ items: z.tuple([z.object({ send: z.object({ id: z.string() }) })]) });
const ledgerSchema = z.object({
  entries: z.array(z.object({ seq: z.int(), at: z.number(), sendId: z.string().nullable() })),
});

type Posted = {
  readonly status: number | null;
  readonly requestMs: number;
  readonly atMs: number;
  readonly id: string | null;
};

async function postOne({ apiUrl, key, templateId }: Bystander): Promise<Posted> {
  const name = crypto.randomUUID();
  const item = {
    idempotencyKey: name,
    templateId,
    to: { email: `${name}@bystander.example` },
    data: { name },
  };
  const atMs = Date.now();
  const startedAt = performance.now();
  try {
    const response = await fetch(`${apiUrl}/api/v1/emails/batch`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json' },
      body: JSON.stringify({ items: [item] }),
      signal: AbortSignal.timeout(requestTimeoutMs),
    });
    const accepted = acceptedSchema.safeParse(await response.json());
    const id = accepted.success ? accepted.data.items[0].send.id : null;
    const status = id === null && response.status === 200 ? null : response.status;
    return { status, requestMs: performance.now() - startedAt, atMs, id };
  } catch {
    return { status: null, requestMs: performance.now() - startedAt, atMs, id: null };
  }
}

/** Reads the ledger on, and notes when SES got what. */
function ledgerReader({ sesUrl }: Bystander) {
  const atById = new Map<string, number>();
  let seq = 0;
  const read = async () => {
    const response = await fetch(`${sesUrl}/_fake/ledger?from=${seq}&limit=1000`);
    const { entries } = ledgerSchema.parse(await response.json());
    for (const entry of entries) {
      seq = Math.max(seq, entry.seq);
      if (entry.sendId !== null && !atById.has(entry.sendId)) atById.set(entry.sendId, entry.at);
    }
    return entries.length;
  };
  return { atById, read };
}

/** Sends one mail after the other for so long, and then waits until SES has got them. */
export async function watchFor(
  bystander: Bystander,
  { seconds, everyMs }: { readonly seconds: number; readonly everyMs: number },
): Promise<readonly Witnessed[]> {
  const posted: Posted[] = [];
  const { atById, read } = ledgerReader(bystander);
  const endAt = performance.now() + seconds * 1_000;
  const underWay: Promise<void>[] = [];
  while (performance.now() < endAt) {
    underWay.push(postOne(bystander).then((one) => void posted.push(one)));
    await sleep(everyMs);
  }
  await Promise.all(underWay);
  const wanted = posted.flatMap(({ id }) => (id === null ? [] : [id]));
  await eventually(
    async () => {
      while ((await read()) > 0);
      return wanted.every((id) => atById.has(id));
    },
    { timeoutMs: arrivesWithinMs, intervalMs: 200 },
  ).catch(() => undefined);
  return posted.map(({ id, atMs, ...one }) => {
    const at = id === null ? undefined : atById.get(id);
    return { ...one, mailMs: at === undefined ? null : at - atMs };
  });
}
