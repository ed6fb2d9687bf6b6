import type { EventOptions, SesAccountChanges } from '@postroom/servers';
import type { Code } from '../code.ts';
import type { ProcessExit, SpawnedNode } from '../spawn-node.ts';

/** Variables of a process, beside those that every one gets. */
export type Env = Readonly<Record<string, string>>;

/** What the processes of a stack reach over the network. */
export type StackServer = 'postgres' | 'redis' | 'ses';

/** An API, an SMTP process or a worker that has ended, whoever wanted it to. */
export type StackExit = {
  readonly kind: 'api' | 'smtp' | 'worker';
  readonly process: SpawnedNode;
  readonly exit: ProcessExit;
};

export type StackOptions = {
  /** A migrated, empty database. */
  readonly databaseUrl: string;
  /** Takes the database away when the stack has stopped; without it that is the caller's affair. */
  readonly dropDatabase?: () => Promise<void>;
  readonly workers?: number;
  /**
   * By how much the APIs and workers step back behind this process, 0 to 19: the fake SES, which stands for a service that
   * is not on this machine, is not slowed down by them then.
   */
  readonly niceness?: number;
  /** What the processes are: `codeUnderTest()` unless told. */
  readonly code?: Code;
  /** Another checkout whose APIs and workers are started, until the stack is told otherwise. */
  readonly checkout?: string | undefined;
  /** How many API processes, each on a port of its own (1 unless told). */
  readonly apis?: number;
  readonly account?: SesAccountChanges;
  /** How SES's events misbehave, and whether the workers take them from a queue: the API is posted none then. */
  readonly events?: Partial<EventOptions> & { readonly isQueued?: boolean };
  readonly apiEnv?: Env;
  readonly workerEnv?: Env;
  /** The address that the processes use in place of a server's own: that of a fault proxy. */
  readonly through?: (server: StackServer, direct: string) => Promise<string>;
  /** Hears every line that an API or a worker writes. */
  readonly onLine?: (line: string) => void;
  /** Hears of every API and worker that ends. */
  readonly onExit?: (exit: StackExit) => void;
};

/** What differs from test to test on a stack whose APIs stay. */
export type FreshOptions = Pick<StackOptions, 'workers' | 'workerEnv' | 'account'> & {
  readonly events?: Partial<EventOptions>;
};
