import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { seededRandom } from '@postroom/servers';
import { type Code, entryOf, readArguments, UsageError, wholeNumber } from '@postroom/testkit';
import type { Policy } from './nouns/plan.ts';
import type { Scenario, Wishes } from './nouns/scenario.ts';
import type { Size } from './nouns/size.ts';
import { drawScenarios, runnableWith, scenarios } from './scenarios/index.ts';

/** What the machine was asked for. */
export type FaultsOptions = Wishes & {
  readonly scenarios: readonly Scenario[];
  readonly isJson: boolean;
  /** Where the report goes as JSON, beside what is printed; null: nowhere. */
  readonly reportFile: string | null;
  /** The page in Markdown that is told what came of the run; null: none. */
  readonly protocolFile: string | null;
  /** Parts of the size that are given by hand. */
  readonly size: Partial<Size>;
  /** After so many milliseconds no other scenario is begun. */
  readonly withinMs: number;
  /** Where the processes' own lines go; null: nowhere. */
  readonly logDir: string | null;
};

/** What was asked for: a run, or one of the texts. */
export type Request =
  | { readonly kind: 'run'; readonly options: FaultsOptions }
  | { readonly kind: 'help' | 'list' };

export const help = `npm run faults -- --scenario NAME [options]
npm run faults -- --all [--short]
npm run faults -- --draw N [--short]
npm run faults -- --list

Starts the real processes, breaks things under load, and checks what is left: the clients' logs, the provider's
ledger and the tables are compared. It starts everything that it needs on 127.0.0.1 and stops it again.

  --scenario NAME     which one; may be given more than once
  --all               every scenario that can be run, one after the other
  --draw N            so many scenarios that the seed picks, one of each kind first
  --within SECONDS    begins no other scenario after that time
  --list              the scenarios, with a line on each
  --short             short leases and windows, few sends: half a minute each
  --sends N           how many sends are asked for
  --kills N           how often what is repeated is repeated; the load lasts accordingly
  --seconds N         over how long the sends are asked for
  --minutes N         the same in minutes, as for the scenario soak
  --seed N            the seed of everything random; without it a new one, which is printed
  --policy P          what becomes of doubts that nobody ends: resend (as for transactional mail) or hold
  --lost-events P     per cent of SES's events that never come (0)
  --set NAME=VALUE    a setting of every API and worker; may be given more than once
  --before FOLDER     a built checkout of the version before, which rolling-update replaces
  --no-clock          judges order, counts and causes alone, and no bound of time: for a machine that does other work
  --source            breaks the TypeScript source through tsx, which starts slower, in place of the compiled code
  --logs DIR          writes what the processes say to files in DIR, and the histories of violations
  --json              one line of JSON in place of the text
  --report FILE       writes the same JSON to FILE, beside the text
  --protocol FILE     adds what came of it to FILE in Markdown, as docs/fault-runs.md has it

Exit code 0: every invariant holds. 1: one does not, or a run failed. 2: the command line is wrong.
`;

const known = {
  help: { type: 'boolean', short: 'h', default: false },
  list: { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  short: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  source: { type: 'boolean', default: false },
  scenario: { type: 'string', multiple: true },
  set: { type: 'string', multiple: true },
  sends: { type: 'string' },
  kills: { type: 'string' },
  seconds: { type: 'string' },
  minutes: { type: 'string' },
  seed: { type: 'string' },
  policy: { type: 'string', default: 'resend' },
  'lost-events': { type: 'string', default: '0' },
  draw: { type: 'string' },
  within: { type: 'string' },
  before: { type: 'string' },
  'no-clock': { type: 'boolean', default: false },
  report: { type: 'string' },
  protocol: { type: 'string' },
  logs: { type: 'string' },
} as const;

const parse = (args: readonly string[]) => readArguments({ args: [...args], options: known }).values;

type Values = ReturnType<typeof parse>;

function number(
  values: Values,
  name: 'sends' | 'kills' | 'seconds' | 'minutes' | 'seed' | 'draw' | 'within',
  max: number,
) {
  const min = name === 'seed' || name === 'kills' ? 0 : 1;
  const text = values[name];
  return text === undefined ? undefined : wholeNumber(text, { name: `--${name}`, min, max });
}

function percent(text: string): number {
  const value = Number(text);
  if (text !== '' && value >= 0 && value <= 100) return value / 100;
  throw new UsageError(`--lost-events takes a number from 0 to 100, not "${text}".`);
}

const codeOf = ({ source }: Values): Code => (source ? 'source' : 'dist');

function beforeOf(values: Values): string | null {
  if (values.before === undefined) return null;
  const folder = resolve(values.before);
  if (existsSync(join(folder, entryOf(codeOf(values), 'worker', 'main')))) return folder;
  throw new UsageError(`--before takes a checkout that was built, and "${values.before}" is none.`);
}

function scenariosOf(values: Values, seed: number, before: string | null): readonly Scenario[] {
  const { all, scenario: names = [] } = values;
  const count = number(values, 'draw', scenarios.length);
  if ([all, names.length > 0, count !== undefined].filter(Boolean).length > 1)
    throw new UsageError('Either --all, --draw or --scenario.');
  if (all) return runnableWith({ before });
  if (count !== undefined) return drawScenarios(count, seededRandom(seed), { before });
  if (names.length === 0) throw new UsageError('Which scenario? Name one, or --all, or --draw.');
  return names.map((name) => {
    const found = scenarios.find((scenario) => scenario.name === name);
    if (found === undefined) throw new UsageError(`There is no scenario "${name}": see --list.`);
    if (!runnableWith({ before }).includes(found))
      throw new UsageError(`${name} takes --before, a built checkout of the version before.`);
    return found;
  });
}

function envOf({ set = [] }: Values): Record<string, string> {
  return Object.fromEntries(
    set.map((text) => {
      const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(text) ?? [];
      if (name === undefined || value === undefined)
        throw new UsageError(`--set takes NAME=VALUE, not "${text}".`);
      return [name, value];
    }),
  );
}

function policyOf({ policy }: Values): Policy {
  if (policy === 'resend' || policy === 'hold') return policy;
  throw new UsageError(`--policy takes resend or hold, not "${policy}".`);
}

function sizeOf(values: Values): Partial<Size> {
  const minutes = number(values, 'minutes', 10_000);
  const given = {
    sends: number(values, 'sends', 5_000_000),
    kills: number(values, 'kills', 100_000),
    seconds: minutes === undefined ? number(values, 'seconds', 600_000) : minutes * 60,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

const maxSeed = 2 ** 32 - 1;

/** Reads the command line. Throws `UsageError`. */
export function readOptions(args: readonly string[]): Request {
  const values = parse(args);
  if (values.help) return { kind: 'help' };
  if (values.list) return { kind: 'list' };
  const seed = number(values, 'seed', maxSeed) ?? Date.now() % maxSeed;
  const before = beforeOf(values);
  const withinSeconds = number(values, 'within', 600_000);
  return {
    kind: 'run',
    options: {
      scenarios: scenariosOf(values, seed, before),
      before,
      isShort: values.short,
      isJson: values.json,
      reportFile: values.report === undefined ? null : resolve(values.report),
      protocolFile: values.protocol === undefined ? null : resolve(values.protocol),
      code: codeOf(values),
      seed,
      size: sizeOf(values),
      policy: policyOf(values),
      lostEvents: percent(values['lost-events']),
      env: envOf(values),
      isClockJudged: !values['no-clock'],
      withinMs: withinSeconds === undefined ? Number.POSITIVE_INFINITY : withinSeconds * 1_000,
      logDir: values.logs === undefined ? null : resolve(values.logs),
    },
  };
}

/** How large a scenario is run; more kills make the load last longer, unless that is given too. */
export function sizeFor(
  scenario: Scenario,
  { isShort, size }: Pick<FaultsOptions, 'isShort' | 'size'>,
): Size {
  const usual = isShort ? scenario.short : scenario.long;
  const kills = size.kills ?? usual.kills;
  const stretch = usual.kills > 0 && kills > 0 ? kills / usual.kills : 1;
  return { sends: size.sends ?? usual.sends, kills, seconds: size.seconds ?? usual.seconds * stretch };
}

/** The scenarios as a list for a person. */
export function listText(): string {
  const width = Math.max(...scenarios.map(({ name }) => name.length));
  return scenarios.map(({ name, about }) => `${name.padEnd(width)}  ${about}\n`).join('');
}
