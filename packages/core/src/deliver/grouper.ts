/** Does one thing per item, while the work itself is done for a group at a time. */
export type Grouper<Item, Result> = (item: Item) => Promise<Result>;

/**
 * Gathers the items that arrive within `maxWaitMs` of the first, or until there are `maxSize`, and hands them
 * to `run` together: one statement for the sends in hand instead of one each. `run` answers in order; when
 * it rejects, every item of the group does. Groups may overlap, at most `maxGroups` at once.
 */
export function createGrouper<Item, Result>(options: {
  readonly maxSize: number;
  readonly maxWaitMs: number;
  readonly maxGroups: number;
  readonly run: (items: readonly Item[]) => Promise<readonly Result[]>;
}): Grouper<Item, Result> {
  type Waiting = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };
  let waiting: Waiting[] = [];
  let timer: NodeJS.Timeout | undefined;
  let running = 0;

  const runGroup = async (group: readonly Waiting[]) => {
    running += 1;
    try {
      const results = await options.run(group.map(({ item }) => item));
      group.forEach(({ resolve, reject }, at) => {
        const result = results[at];
        if (result === undefined) reject(new Error('a group was answered in part'));
        else resolve(result);
      });
    } catch (error) {
      for (const { reject } of group) reject(error);
    } finally {
      running -= 1;
      if (waiting.length > 0) schedule();
    }
  };

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    while (waiting.length > 0 && running < options.maxGroups) {
      const group = waiting.slice(0, options.maxSize);
      waiting = waiting.slice(options.maxSize);
      void runGroup(group);
    }
  };

  const schedule = () => {
    if (waiting.length >= options.maxSize) flush();
    else timer ??= setTimeout(flush, options.maxWaitMs);
  };

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
