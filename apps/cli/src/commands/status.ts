import { setTimeout as pause } from 'node:timers/promises';
import { readArguments } from '../arguments.ts';
import { runningRedis } from '../stack/running-servers.ts';
import { withDatabase } from '../stack/with-database.ts';
import { showState } from '../status/lines.ts';
import { openState } from '../status/state.ts';
import type { Terminal } from '../terminal.ts';

/** Between two looks of `--watch`, in milliseconds. */
const watchEveryMs = 2_000;

/** Its statements run side by side: one that takes long keeps no other from its answer. */
const maxConnections = 4;

/**
 * `postroom status`: what waits, who sends it, what holds it back and what failed; `--watch` again and again,
 * whatever does not answer, from the first look on; a PostgreSQL that comes back without tables ends it. Code 1: PostgreSQL did not answer the one look.
 */
export async function status(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values } = readArguments({
    args: [...args],
    options: { watch: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
  });
  const redis = runningRedis();
  let isHeard = true;
  process.stdout.once('error', () => {
    isHeard = false;
  });
  return withDatabase(
    async (database, lookAtMigrations) => {
      const state = openState(database, redis);
      try {
        for (let looks = 0; isHeard; looks += 1) {
          const [seen] = await Promise.all([state.read(), lookAtMigrations()]);
          if (values.json) terminal.line(JSON.stringify(seen));
          else {
            if (looks > 0) terminal.line();
            if (values.watch) terminal.line(`  ${terminal.paint('dim', seen.at)}`);
            showState(seen, terminal);
          }
          if (!values.watch) return seen.silent.includes('PostgreSQL') ? 1 : 0;
          await pause(watchEveryMs);
        }
        // Whoever read it has gone.
        return 0;
      } finally {
        await state.close();
      }
    },
    { maxConnections, onAway: (reason) => terminal.error(reason) },
  );
}
