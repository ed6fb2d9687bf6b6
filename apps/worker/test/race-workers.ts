import { eventually, type Stack } from '@postroom/testkit';

/** How many requests of a race are under way at once. */
const width = 12;

export type Race = {
  readonly stack: Stack;
  /** The sends in the order in which the workers come to them. */
  readonly ids: readonly string[];
  /** How many places after and before the workers a request may be made. */
  readonly behind: number;
  readonly ahead: number;
  readonly act: (id: string) => Promise<void>;
};

/** True once nothing will be sent any more within the test's time. */
async function isOver(stack: Stack): Promise<boolean> {
  const onTheirWay = await stack.database.rows(
    `SELECT FROM email_sends WHERE status IN ('Scheduled', 'Queued', 'Processing')
       AND next_attempt_at < now() + interval '10 minutes' LIMIT 1`,
  );
  return onTheirWay.length === 0;
}

/**
 * Acts once on each send, a random number of places before or after the newest one in the ledger. Since that is
 * what the moments go by, and not a clock, many come too early and many too late on a machine of any speed.
 */
export async function raceWorkers({ stack, ids, behind, ahead, act }: Race): Promise<void> {
  const placeOf = new Map(ids.map((id, at) => [id, at]));
  const triggerOf = new Map(ids.map((id, at) => [id, at - ahead + Math.random() * (ahead + behind)]));
  const head = () => placeOf.get(stack.ses.ledger.entries().at(-1)?.sendId ?? '') ?? 0;
  // Those that are furthest ahead come first: if requests are slow, late ones are not made later still.
  const take = (limit: number): string | null => {
    const [id] = [...triggerOf].findLast(([, trigger]) => trigger <= limit) ?? [];
    if (id !== undefined) triggerOf.delete(id);
    return id ?? null;
  };
  // All that wait ask together, a few times a second.
  let asked = Promise.resolve(false);
  let askedAtMs = Number.NEGATIVE_INFINITY;
  const isOverByNow = () => {
    if (performance.now() - askedAtMs > 200) {
      askedAtMs = performance.now();
      asked = isOver(stack);
    }
    return asked;
  };
  const next = async () => {
    if (triggerOf.size === 0) return null;
    const id = take(head());
    if (id !== null) return id;
    return (await isOverByNow()) ? take(Number.POSITIVE_INFINITY) : false;
  };
  const run = async () => {
    for (;;) {
      const id = await eventually(next, { intervalMs: 20, what: 'The workers coming further' });
      if (id === null) return;
      await act(id);
    }
  };
  await Promise.all(Array.from({ length: width }, run));
  await eventually(() => isOver(stack), {
    intervalMs: 100,
    what: 'The workers coming to an end',
  });
}

/** What became of each send: its status, and how often SES took it. */
export async function truthsOf(stack: Stack): Promise<ReadonlyMap<string, string>> {
  const times = new Map<string, number>();
  for (const { sendId } of stack.ses.ledger.entries()) {
    if (sendId !== null) times.set(sendId, (times.get(sendId) ?? 0) + 1);
  }
  const rows = await stack.database.rows('SELECT id, status::text FROM email_sends');
  return new Map(
    rows.map(({ id, status }) => [
      String(id),
      `${status}, ${times.get(String(id)) ?? 0} times in the ledger`,
    ]),
  );
}
