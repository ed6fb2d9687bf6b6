import type { Random } from '@postroom/servers';
import type { Env, SpawnedNode, Stack, StackServer, TcpProxy } from '@postroom/testkit';
import type { ClientSend } from './client-log.ts';
import type { ExitFact, FaultFact, ReceivedFact } from './facts.ts';
import type { Size } from './size.ts';
import type { Workspace } from './workspace.ts';

/** What a fault proxy may stand before: a server, or SES where the second workspace's account of its own asks for it. */
export type Proxied = StackServer | 'second account';

/** A worker, and where it serves its metrics. */
export type Worker = { readonly process: SpawnedNode; readonly metricsUrl: string };

/** A PostgreSQL that can be killed and started again on its port. */
export type Postgres = {
  /** The URL of the superuser in the database `postgres`. */
  readonly url: string;
  /** A database of its own: migrated, or with no tables yet. */
  freshDatabase(
    name: string,
    state?: 'migrated' | 'empty',
  ): Promise<{ readonly url: string; drop(): Promise<void> }>;
  /** Ends it as a crash of the machine's would, and every backend with it. */
  kill(): Promise<void>;
  /** Starts what was killed, which recovers from its log. */
  startAgain(): Promise<void>;
};

/** What a scenario works with while it runs. */
export type Context = {
  readonly stack: Stack;
  readonly postgres: Postgres;
  /** The database of this run, reached without a proxy. */
  readonly databaseUrl: string;
  readonly proxy: (server: Proxied) => TcpProxy;
  readonly workspaces: readonly Workspace[];
  readonly size: Size;
  readonly isShort: boolean;
  /** Whether bounds of time are judged. */
  readonly isClockJudged: boolean;
  readonly random: Random;
  readonly leaseMs: number;
  /** Aborted when the run is ended from outside. */
  readonly signal: AbortSignal;
  /** Waits; rejects when the run is ended. */
  pause(ms: number): Promise<void>;
  /** Does something to the system, and notes what and for how long. */
  during<T>(name: string, fault: () => Promise<T>, options?: Pick<FaultFact, 'holds'>): Promise<T>;
  /** Resolves as soon as a client makes its next request. */
  nextRequest(): Promise<void>;
  /** What was asked for so far, with every answer. */
  readonly asked: readonly ClientSend[];
  /** Notes what is going to be asked for by another way than `post`. */
  noteAsked(sends: readonly ClientSend[]): void;
  /** Asks for more sends and resolves once all were answered. */
  post(options: { readonly sends: number; readonly overMs: number; readonly label: string }): Promise<void>;
  /** Starts a worker and waits until it works. */
  startWorker(env?: Env): Promise<Worker>;
  /** Starts a worker that ends itself, by SIGKILL, and maybe before it has said that it works. */
  spawnDoomedWorker(env: Env): Promise<Worker>;
  /** SIGKILL for one of the processes; resolves once it has ended. */
  kill(process: SpawnedNode): Promise<void>;
  /** Says, before it happens, that a process is told to stop. */
  expectStop(process: SpawnedNode): void;
  /** Notes how a process ended that was told to stop. */
  noteExit(exit: ExitFact): void;
  /** Notes an event that a receiver of webhooks took. */
  noteReceived(event: ReceivedFact): void;
  /** Adds a line to the report. */
  tell(line: string): void;
  /** Reports that something did not hold that only the scenario can know. */
  fail(what: string): void;
};
