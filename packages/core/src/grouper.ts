/** Does one thing per item, while the work itself is done for a group at a time. */
export type Grouper<Item, Result> = (item: Item) => Promise<Result>;

/** How items become groups, and what is done with one. */
export type GrouperOptions<Item, Result> = {
  readonly maxSize: number;
  /**
   * How long the first of a group waits for others, in milliseconds. 0: for no clock. A group is then what came in the same
   * turn of the event loop, or while another was under way: only one that is full does not wait for that.
   */
  readonly maxWaitMs: number;
  /** How many groups may be under way at once; one that takes longer than `patienceMs` no longer counts. */
  readonly maxGroups: number;
  /** How long a group that is under way keeps others waiting, in milliseconds: for as long as it takes unless told. */
  readonly patienceMs?: number;
  /** What the items of a group may weigh together. One that weighs more is a group of its own. */
  readonly weight?: { readonly of: (item: Item) => number; readonly max: number };
  /**
   * Whether a failure says nothing of any one item. With it, a group that fails in another way is done again in halves, and
   * those in halves, until only items have failed that cannot succeed.
   */
  readonly isOfAll?: (error: unknown) => boolean;
  /** Whether it is done again item by item, all at once, in place of halves: where what failed may have taken long. */
  readonly isDoneSingly?: boolean;
  /** Answers in the order of the items. */
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
};

type Waiting<Item, Result> = {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
};

/** Does the work of a group and tells each of its items what came of it; never rejects. */
async function runGroup<Item, Result>(
  options: Pick<GrouperOptions<Item, Result>, 'run' | 'isOfAll' | 'isDoneSingly'>,
  group: readonly Waiting<Item, Result>[],
): Promise<void> {
  const { run, isOfAll = () => true } = options;
  try {
    const results = await run(group.map(({ item }) => item));
    group.forEach(({ resolve, reject }, at) => {
      const result = results[at];
      if (result === undefined) reject(new Error('a group was answered in part'));
      else resolve(result);
    });
  } catch (error) {
    if (group.length === 1 || isOfAll(error)) {
      for (const { reject } of group) reject(error);
      return;
    }
    if (options.isDoneSingly) {
      await Promise.all(group.map((one) => runGroup(options, [one])));
      return;
    }
    const middle = Math.ceil(group.length / 2);
    await runGroup(options, group.slice(0, middle));
    await runGroup(options, group.slice(middle));
  }
}

/** How many of the items that wait, from the first, make one group. */
function sizeOfNext<Item>(
  waiting: readonly { readonly item: Item }[],
  { maxSize, weight }: Pick<GrouperOptions<Item, unknown>, 'maxSize' | 'weight'>,
): number {
  if (weight === undefined) return maxSize;
  let total = 0;
  let size = 0;
  for (const { item } of waiting.slice(0, maxSize)) {
    total += weight.of(item);
    if (size > 0 && total > weight.max) break;
    size += 1;
  }
  return size;
}

/**
 * Gathers items and hands them to `run` together: one statement for what is in hand instead of one each. When `run` rejects,
 * every item of the group does, unless it is told how to keep the others from it.
 */
export function createGrouper<Item, Result>(options: GrouperOptions<Item, Result>): Grouper<Item, Result> {
  const { maxSize, maxWaitMs, maxGroups, patienceMs } = options;
  let waiting: Waiting<Item, Result>[] = [];
  let cancel: (() => void) | null = null;
  /** How many groups are under way that keep others waiting. */
  let awaited = 0;

  const isFull = () => waiting.length >= maxSize;
  const begin = (group: readonly Waiting<Item, Result>[]) => {
    let isAwaited = true;
    const letOthersGo = () => {
      if (isAwaited) awaited -= 1;
      isAwaited = false;
      if (waiting.length > 0) schedule();
    };
    awaited += 1;
    const timer = patienceMs === undefined ? undefined : setTimeout(letOthersGo, patienceMs);
    void runGroup(options, group).then(() => {
      clearTimeout(timer);
      letOthersGo();
    });
  };
  const flush = () => {
    cancel?.();
    cancel = null;
    while (waiting.length > 0 && awaited < maxGroups && (maxWaitMs > 0 || awaited === 0 || isFull())) {
      const size = sizeOfNext(waiting, options);
      const group = waiting.slice(0, size);
      waiting = waiting.slice(size);
      begin(group);
    }
  };
  const schedule = () => {
    if (isFull()) return flush();
    if (cancel !== null) return;
    if (maxWaitMs > 0) {
      const timer = setTimeout(flush, maxWaitMs);
      cancel = () => clearTimeout(timer);
    } else {
      const soon = setImmediate(flush);
      cancel = () => clearImmediate(soon);
    }
  };

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
