import { exhaustConnections, killPostgres, lockSends, terminateBackends } from '../inject/postgres.ts';
import type { Scenario } from '../nouns/scenario.ts';
import { interrupted } from './interrupted.ts';

/** The API can store no event meanwhile, and SES tries again later and later. */
const withoutPostgres = { mailAgainWithinMs: 10_000, mayEventsBeLate: true } as const;

/** Scenarios about PostgreSQL: without it nothing is accepted, and nothing that was is lost. */
export const postgresScenarios: readonly Scenario[] = [
  interrupted({
    name: 'postgres-kill',
    about: 'SIGKILL for PostgreSQL and a restart',
    short: [0.5, 2],
    long: [1, 5, 20, 60],
    expects: withoutPostgres,
    disturb: killPostgres,
  }),
  interrupted({
    name: 'postgres-terminate',
    about: 'every backend is terminated again and again',
    short: [4],
    long: [10, 30],
    expects: withoutPostgres,
    disturb: terminateBackends,
  }),
  interrupted({
    name: 'postgres-lock',
    about: 'email_sends is locked for longer than any statement may wait',
    short: [11],
    long: [30],
    expects: withoutPostgres,
    disturb: lockSends,
  }),
  interrupted({
    name: 'postgres-exhausted',
    about: 'PostgreSQL has no connection left',
    short: [4],
    long: [30],
    expects: withoutPostgres,
    disturb: exhaustConnections,
  }),
];
