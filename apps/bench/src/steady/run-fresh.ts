import { countAccepted } from '../load/count-accepted.ts';
import { batchSize, createMailbag } from '../load/mailbag.ts';
import { batchesOf, postBodies } from '../load/post-bodies.ts';
import type { RunOptions } from '../run-options.ts';
import { makeTemplate } from '../stack/make-template.ts';
import { startBench } from '../stack/start-bench.ts';
import { measureSteps, type SteadyReport, steadyReport } from './steady-report.ts';

const parts = 10;

/**
 * Measures PostgreSQL's cost of an accepted email from the first one that a new database sees: connections have planned
 * their statements while the tables were empty, and no statistics are ever there.
 */
export async function runFresh(options: RunOptions): Promise<SteadyReport> {
  const { say, sends, seed } = options;
  say('fresh: starting PostgreSQL, Redis, the fake SES and the API');
  const bench = await startBench(options);
  const mailbag = createMailbag({
    templateId: await makeTemplate(bench.client),
    seed,
    knownRecipients: 1_000,
  });
  // Statistics that never come are the hardest case, and the work of autovacuum is not that of the statements.
  for (const table of ['email_sends', 'send_facets', 'profiles', 'batches', 'template_snapshots']) {
    await bench.database.rows(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  }
  // Behind a checkpoint each page is written whole once, which is a cost of the disk's safety and of no statement.
  for (const setting of ["max_wal_size = '16GB'", "checkpoint_timeout = '1h'"])
    await bench.database.rows(`ALTER SYSTEM SET ${setting}`);
  await bench.database.rows('SELECT pg_reload_conf()');
  const work = {
    postgres: bench.postgres,
    emails: sends,
    parts,
    say: (text: string) => say(`fresh: ${text}`),
  };
  const [first, ...others] = await measureSteps(work, async (from, to) => {
    const bodies = mailbag.bodies((to - from) / batchSize, 'new');
    countAccepted(await postBodies(bodies, { ...batchesOf(bench), atOnce: 10 }));
  });
  if (first === undefined) throw new Error('There is nothing to compare with.');
  return steadyReport(
    {
      command: 'fresh',
      isShort: options.isShort,
      about: `POST /emails/batch of 100 to new addresses, ten at once, without a pause, on a new database, autovacuum off, no checkpoint.`,
    },
    first,
    others,
  );
}
