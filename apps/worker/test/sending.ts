import type { Stack } from '@postroom/testkit';

type Item = Readonly<Record<string, unknown>>;

/** Posts `count` items of one template in batches of 100 and answers their send ids. */
export async function post(
  stack: Pick<Stack, 'client'>,
  templateId: string,
  options: { readonly count: number; readonly prefix?: string; readonly item?: (index: number) => Item },
): Promise<string[]> {
  const { count, prefix = 'send', item = () => ({}) } = options;
  const ids: string[] = [];
  for (let from = 0; from < count; from += 100) {
    const items = Array.from({ length: Math.min(100, count - from) }, (_, at) => ({
      idempotencyKey: `${prefix}-${from + at}`,
      templateId,
      to: { email: `${prefix}-${from + at}@example.com` },
      data: { name: `N${from + at}` },
      ...item(from + at),
    }));
    const { status, body } = await stack.client.post('/emails/batch', { items });
    ids.push(...acceptedIds(status, body));
  }
  return ids;
}

/** How many recipients there are among the entries of the ledger after `afterSeq`, and when it read the last of them. */
export function lastAfter(
  { ses }: Stack,
  afterSeq: number,
): { readonly recipients: number; readonly atMs: number } {
  const entries = ses.ledger.entries({ afterSeq });
  return {
    recipients: entries.reduce((sum, { recipientsCount }) => sum + recipientsCount, 0),
    atMs: entries.at(-1)?.monotonicMs ?? Number.POSITIVE_INFINITY,
  };
}

/**
 * The least time in milliseconds that so many recipients take at a rate: one second's worth may go at once. A machine that
 * is busy makes it longer, and never shorter.
 */
export const leastMs = (recipients: number, ratePerSecond: number): number =>
  ((recipients - ratePerSecond) / ratePerSecond) * 1_000;

/** The ids of the accepted sends of a batch's answer; throws when any item was rejected. */
export function acceptedIds(status: number, body: unknown): string[] {
  if (typeof body !== 'object' || body === null || !('items' in body) || !Array.isArray(body.items)) {
    throw new Error(`the batch was answered ${status}: ${JSON.stringify(body)}`);
  }
  return body.items.map((item) => {
    if (item?.status !== 'accepted') throw new Error(`an item was rejected: ${JSON.stringify(item)}`);
    return String(item.send.id);
  });
}
