import { isDurable, quoted, type SessionFacts } from './session-settings.ts';
import { howToMigrate, UnfitDatabaseError } from './unfit-database.ts';

/** What a session has to be fit for. */
export type FitnessNeeds = {
  readonly kind: 'own' | 'session' | 'transaction';
  /** The schema that the URL names, or null. */
  readonly schema: string | null;
  readonly statementTimeoutMs: number;
  readonly makesSchema: boolean;
};

/** Text of these can hold every letter; SQL_ASCII takes bytes as they come. */
const encodings = ['UTF8', 'SQL_ASCII'];

/** A role's own time-out may not be shorter, in milliseconds, where it cannot be replaced by ours. */
const leastTimeoutMs = 5_000;

/** What cannot be set by ourselves in a session that a pooler shares out, and the value that it must have there. */
const neededThroughPooler: Readonly<
  Record<string, { readonly value: string; isMet(facts: SessionFacts): boolean }>
> = {
  datestyle: { value: 'ISO', isMet: (facts) => facts.datestyle.startsWith('ISO') },
  default_transaction_isolation: {
    value: 'read committed',
    isMet: (facts) => facts.default_transaction_isolation === 'read committed',
  },
  standard_conforming_strings: { value: 'on', isMet: (facts) => facts.standard_conforming_strings === 'on' },
  array_nulls: { value: 'on', isMet: (facts) => facts.array_nulls === 'on' },
  extra_float_digits: { value: '1', isMet: (facts) => Number(facts.extra_float_digits) >= 1 },
  // What is answered as accepted is on disk.
  synchronous_commit: { value: 'on', isMet: isDurable },
  enable_indexscan: { value: 'on', isMet: (facts) => facts.enable_indexscan === 'on' },
  enable_indexonlyscan: { value: 'on', isMet: (facts) => facts.enable_indexonlyscan === 'on' },
  enable_nestloop: { value: 'on', isMet: (facts) => facts.enable_nestloop === 'on' },
  statement_timeout: { value: '10s', isMet: (facts) => isLongEnough(facts.statement_timeout_ms) },
};

const isLongEnough = (ms: number) => ms === 0 || ms >= leastTimeoutMs;

/** The statement that sets something for the role here, over what is set for it elsewhere. */
const alterRole = ({ role, database }: SessionFacts, name: string, value: string) =>
  `ALTER ROLE ${quoted(role)} IN DATABASE ${quoted(database)} SET ${name} = ${value}`;

function refuse(what: string): never {
  throw new UnfitDatabaseError(what);
}

function refuseServer(facts: SessionFacts): void {
  const { database, server_encoding: encoding } = facts;
  if (!encodings.includes(encoding)) {
    refuse(
      `The database ${database} of DATABASE_URL is encoded in ${encoding}, which cannot hold every letter. Make another one: CREATE DATABASE ... ENCODING 'UTF8' TEMPLATE template0`,
    );
  }
  if (facts.is_standby) refuse('DATABASE_URL names a standby, which can only be read. Name the primary.');
  if (facts.default_transaction_read_only === 'on') {
    refuse(
      `The database ${database} of DATABASE_URL can only be read: default_transaction_read_only is on. Run: ${alterRole(facts, 'default_transaction_read_only', 'off')}`,
    );
  }
  if (!isLongEnough(facts.transaction_timeout_ms)) {
    refuse(
      `transaction_timeout of the database of DATABASE_URL is ${facts.transaction_timeout_ms} ms, which is too short. Run: ${alterRole(facts, 'transaction_timeout', "'60s'")}`,
    );
  }
}

function refuseSchema(facts: SessionFacts, { kind, schema, makesSchema }: FitnessNeeds): void {
  // Prisma does not double it.
  if ((schema ?? facts.schema)?.includes('"')) {
    refuse('The schema of DATABASE_URL has a double quote in its name. Name another one: ?schema=name');
  }
  if (kind === 'transaction' && schema !== null && facts.schema !== schema) {
    refuse(
      `DATABASE_URL names the schema ${schema}, and through a transaction pooler only the role can: ${alterRole(facts, 'search_path', quoted(schema))} (and CREATE SCHEMA ${quoted(schema)}, if there is none), then let the pooler connect anew.`,
    );
  }
  if (facts.schema !== null || (schema !== null && makesSchema)) return;
  if (schema !== null) {
    refuse(
      `The schema ${schema} that DATABASE_URL names is not there, or the role ${facts.role} may not use it. ${howToMigrate}, or GRANT USAGE, CREATE ON SCHEMA ${quoted(schema)} TO ${quoted(facts.role)}`,
    );
  }
  refuse(
    `No schema of search_path (${facts.search_path}) is there for the role ${facts.role} of DATABASE_URL. Make one with CREATE SCHEMA, or name one: DATABASE_URL=...?schema=name`,
  );
}

/** Throws `UnfitDatabaseError` for the first thing that keeps the database from being used, with what to do. */
export function refuseUnfit(facts: SessionFacts, needs: FitnessNeeds): void {
  refuseServer(facts);
  if (needs.kind === 'transaction') {
    for (const [name, { value, isMet }] of Object.entries(neededThroughPooler)) {
      if (isMet(facts)) continue;
      refuse(
        `DATABASE_URL leads through a transaction pooler, where ${name} cannot be set by Postroom, and it is not ${value}. Run: ${alterRole(facts, name, `'${value}'`)}, then let the pooler connect anew.`,
      );
    }
  }
  refuseSchema(facts, needs);
}
