import { createHash } from 'node:crypto';

/** How a test database differs from PostgreSQL's defaults: settings of the database, its schema and collation. */
export type TestSettings = {
  readonly settings: Readonly<Record<string, string>>;
  /** Another schema than `public`, which is not there then. */
  readonly schema?: string;
  /** Sorted, compared and put into small letters as people in Turkey do, by ICU, and not byte by byte. */
  readonly isTurkish?: boolean;
  /** Whether it is reached through PgBouncer, one transaction at a time. */
  readonly isPooled?: boolean;
};

const of = (timezone: string, more: Readonly<Record<string, string>> = {}) => ({ timezone, ...more });

/** What the databases of a run are drawn from, and what `--database=` chooses for all of them. */
export const testSettings: ReadonlyMap<string, TestSettings> = new Map(
  Object.entries<TestSettings>({
    utc: { settings: of('UTC') },
    kolkata: {
      settings: of('Asia/Kolkata', { datestyle: 'SQL, DMY', default_transaction_isolation: 'serializable' }),
    },
    'st-johns': {
      settings: of('America/St_Johns', {
        datestyle: 'German, DMY',
        intervalstyle: 'iso_8601',
        default_transaction_isolation: 'repeatable read',
        extra_float_digits: '0',
      }),
    },
    schema: { settings: of('Pacific/Chatham', { statement_timeout: '90s' }), schema: 'Mail room' },
    tr: {
      settings: of('Asia/Kathmandu', { intervalstyle: 'sql_standard', bytea_output: 'escape' }),
      isTurkish: true,
    },
    'los-angeles': {
      settings: of('America/Los_Angeles', {
        datestyle: 'Postgres, MDY',
        lock_timeout: '20s',
        array_nulls: 'off',
      }),
    },
    // Not drawn: what looks into the sessions of the server itself would see those of the pooler.
    pooler: { settings: of('Australia/Eucla'), isPooled: true },
  }),
);

const drawn = [...testSettings.values()].filter(({ isPooled = false }) => !isPooled);

/**
 * The settings that the run was started with for all of its databases, else those that the file names, else those that
 * fall to it, always the same.
 */
export function settingsFor(
  testFile: string,
  env: NodeJS.ProcessEnv = process.env,
  ofFile?: string,
): TestSettings {
  const name = env.POSTROOM_TEST_DATABASE || ofFile;
  if (name !== undefined) {
    const chosen = testSettings.get(name);
    if (chosen !== undefined) return chosen;
    throw new Error(
      `There is no test database "${name}". There are: ${[...testSettings.keys()].join(', ')}.`,
    );
  }
  const number = createHash('sha256').update(testFile).digest().readUInt32BE(0);
  const settings = drawn[number % drawn.length];
  if (settings === undefined) throw new Error('there is nothing to draw from');
  return settings;
}
