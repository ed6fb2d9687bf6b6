import type { Random, SesAccountChanges } from '@postroom/servers';
import type { Code, StackOptions } from '@postroom/testkit';
import type { Context, Proxied } from './context.ts';
import type { Expectations, Timing } from './facts.ts';
import type { Policy } from './plan.ts';
import type { Size } from './size.ts';

/** What a run was asked for on the command line, beside its size. */
export type Wishes = {
  readonly isShort: boolean;
  readonly code: Code;
  readonly seed: number;
  readonly policy: Policy;
  /** The part of the provider's events that is lost. */
  readonly lostEvents: number;
  /** Settings of every API and worker. */
  readonly env: Readonly<Record<string, string>>;
  /** Whether bounds of time are judged. */
  readonly isClockJudged: boolean;
  /** The built checkout of the version before, absolute; null: none was given. */
  readonly before: string | null;
};

/** How a scenario wants its system. */
type SystemWishes = {
  readonly workers?: number;
  readonly apis?: number;
  /** Servers that stand behind a fault proxy. */
  readonly through?: readonly Proxied[];
  readonly account?: SesAccountChanges;
  readonly events?: StackOptions['events'];
  readonly workerEnv?: Readonly<Record<string, string>>;
  readonly apiEnv?: Readonly<Record<string, string>>;
  /** SES takes so many times as many recipients a second as the load has (1.5 unless told). */
  readonly headroom?: number;
  /** The part of the sends whose template runs away. */
  readonly poisonShare?: number;
  /** Whose sends those are: unless told, both workspaces', of one template each; else the second's, of many. */
  readonly poisoner?: 'both' | 'second';
  /** The part of the sends of which somebody is erased once they are accepted. */
  readonly erasedShare?: number;
  /** Sends of each request; without it a load is about 60 requests. */
  readonly sendsPerRequest?: number;
  /** Other deadlines in the short form. */
  readonly hasty?: Partial<Timing>;
  /** Whether the database notes every change (it does unless told). */
  readonly isWitnessed?: boolean;
};

/** One way to break the system, as data. */
export type Scenario = {
  readonly name: string;
  /** One line for the list. */
  readonly about: string;
  readonly short: Size;
  readonly long: Size;
  readonly system?: SystemWishes;
  readonly expects?: Partial<Expectations>;
  /** What becomes of doubts that nobody ends, whatever was asked for. */
  readonly policy?: Policy;
  /** `own`: nothing is posted but what `run` posts. */
  readonly load?: 'spread' | 'own';
  /** Begins with the tables and processes of the version before, and cannot be run without one. */
  readonly needsBefore?: boolean;
  /** Chooses parts of the scenario from the seed, before its system is started. */
  readonly choose?: (random: Random) => Pick<Scenario, 'about' | 'run'>;
  /** Brings the faults about while the load runs, and ends every one of them. */
  readonly run: (context: Context) => Promise<void>;
  /** Once the load and the faults are over, waits for what has to come of them, or looks at what came. */
  readonly after?: (context: Context) => Promise<void>;
};
