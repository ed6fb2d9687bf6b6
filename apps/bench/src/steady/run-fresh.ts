import { countAccepted } from '../load/count-accepted.ts';
import { batchSize, createMailbag } from '../load/mailbag.ts';
import { postBodies } from '../load/post-bodies.ts';
import { serverCpuSeconds } from '../process/server-cpu.ts';
import type { RunOptions } from '../run-options.ts';
import { makeTemplate } from '../stack/make-template.ts';
import { startBench } from '../stack/start-bench.ts';
import { type SteadyReport, type Step, steadyReport } from './steady-report.ts';

const parts = 10;

/**
 * Measures PostgreSQL's cost of an accepted email from the first one that a new database sees: connections have planned
 * their statements while the tables were empty, and no statistics are ever there.
 */
export async function runFresh(options: RunOptions): Promise<SteadyReport> {
  const { say, sends, seed } = options;
  say('fresh: starting PostgreSQL, Redis, the fake SES and the API');
  const bench = await startBench({ ...options, floorDatabases: [] });
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
  const emails = sends / parts;
  const steps: Step[] = [];
  for (let done = 0; done < parts; done += 1) {
    const bodies = mailbag.bodies(emails / batchSize, 'new');
    const before = await serverCpuSeconds(bench.postgres.pid);
    const answers = await postBodies(bodies, {
      url: `${bench.apiUrl}/api/v1/emails/batch`,
      headers: { 'x-api-key': bench.key },
      atOnce: 10,
    });
    const seconds = (await serverCpuSeconds(bench.postgres.pid)) - before;
    countAccepted(answers);
    const title = `${done * emails} to ${(done + 1) * emails}`;
    steps.push({ title, emails, postgresCpuUs: (seconds / emails) * 1e6 });
    say(`fresh: ${title}, ${steps.at(-1)?.postgresCpuUs.toFixed(0)} us of PostgreSQL an email`);
  }
  const [first, ...others] = steps;
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
