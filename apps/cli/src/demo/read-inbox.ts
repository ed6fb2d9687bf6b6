import * as z from 'zod';
import { Problem } from '../problem.ts';

const listSchema = z.object({ items: z.array(z.object({ seq: z.int() })) });
const messageSchema = z.object({
  from: z.string(),
  to: z.array(z.string()),
  subject: z.string(),
  text: z.string().nullable(),
  html: z.string().nullable(),
});

/** A mail as the local SES received it. */
export type InboxMessage = z.infer<typeof messageSchema>;

/** Reads the newest mail to that address from the local SES; rejects when it has none. */
export async function readInbox(sesUrl: string, to: string): Promise<InboxMessage> {
  const { items } = listSchema.parse(
    await getJson(`${sesUrl}/_fake/inbox?limit=1&to=${encodeURIComponent(to)}`),
  );
  const [newest] = items;
  if (newest === undefined) throw new Problem(`The local SES has no mail to ${to}.`);
  return messageSchema.parse(await getJson(`${sesUrl}/_fake/inbox/${newest.seq}`));
}

async function getJson(url: string): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return response.json();
}
