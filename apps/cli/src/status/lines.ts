import type { AccountPace, Throughput } from '@postroom/contracts';
import type { Terminal } from '../terminal.ts';
import type { State } from './state.ts';

/** What is said under a title; `isBad` marks what somebody has to look at. */
type Line = { readonly title: string; readonly text: string; readonly isBad: boolean };

const numberOf = (count: number) => count.toLocaleString('en-US');

const counted = (count: number, one: string, many = `${one}s`) =>
  `${numberOf(count)} ${count === 1 ? one : many}`;

/** A span in the unit that says most, such as `90 s`, `12 min` or `5 h`. */
export function spanOf(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

const secondsSince = ({ at }: Pick<State, 'at'>, moment: string) =>
  Math.max(0, Date.parse(at) - Date.parse(moment)) / 1_000;

const line = (title: string, text: string, isBad = false): Line => ({ title, text, isBad });
const list = (title: string, texts: readonly string[], isBad = false) =>
  texts.map((text, at) => line(at === 0 ? title : '', text, isBad));

/** What a server knows that does not answer. */
const unknown = (title: string, server: State['silent'][number]) =>
  line(title, `not known: ${server} does not answer in time`, true);

const lanes = ['transactional', 'marketing'] as const;
type Waiting = NonNullable<State['waiting']>;

function laneOf(waiting: Waiting, lane: (typeof lanes)[number]): string {
  const group = waiting.find((some) => some.status === 'Queued' && some.lane === lane);
  const oldest = group?.oldestDueSeconds ?? null;
  const age = oldest === null ? '' : ` (the oldest for ${spanOf(oldest)})`;
  return `${numberOf(group?.count ?? 0)} ${lane}${age}`;
}

const sumOf = (waiting: Waiting, status: string, of: 'count' | 'inDoubt' = 'count') =>
  waiting.filter((group) => group.status === status).reduce((sum, group) => sum + group[of], 0);

function waitingLines({ waiting }: State): readonly Line[] {
  if (waiting === null)
    return ['Waiting', 'Scheduled', 'In hand'].map((title) => unknown(title, 'PostgreSQL'));
  const inDoubt = sumOf(waiting, 'Processing', 'inDoubt');
  const inHand = sumOf(waiting, 'Processing') - inDoubt;
  return [
    line('Waiting', lanes.map((lane) => laneOf(waiting, lane)).join(', ')),
    line('Scheduled', numberOf(sumOf(waiting, 'Scheduled'))),
    line('In hand', `${numberOf(inHand)}, and ${numberOf(inDoubt)} in doubt`, inDoubt > 0),
  ];
}

/** One alone has what was told of all. */
const workspaceLines = ({ backlogs }: State) =>
  list(
    'Workspaces',
    (backlogs ?? []).length < 2
      ? []
      : (backlogs ?? []).map(
          ({ name, queued, scheduled, processing }) =>
            `${name}: ${numberOf(queued)} waiting, ${numberOf(scheduled)} scheduled, ${numberOf(processing)} in hand`,
        ),
  );

function rateLine(
  title: string,
  values: Throughput['accepted'] | null,
  server: State['silent'][number],
): Line {
  const known = (values ?? []).filter((value) => value !== null);
  if (values === null || known.length === 0) return unknown(title, server);
  const latest = values.at(-1) ?? null;
  const sum = known.reduce((all, value) => all + value, 0);
  const hour = known.length === values.length ? 'an hour' : counted(known.length, 'known minute');
  return line(title, `${latest === null ? '–' : numberOf(latest)} this minute, ${numberOf(sum)} in ${hour}`);
}

function throughputLines({ throughput }: State): readonly Line[] {
  if (throughput === null) return [];
  return [
    rateLine('Accepted', throughput.accepted, 'PostgreSQL'),
    rateLine('Finished', throughput.finished, 'Redis'),
    rateLine('Failed', throughput.failed, 'Redis'),
  ];
}

function workerLines(state: State): readonly Line[] {
  const { workers, smtp } = state;
  if (workers === null) return [unknown('Workers', 'Redis')];
  const told = workers.map(({ name, version, concurrency, sent, startedAt }) => {
    const up = spanOf(secondsSince(state, startedAt));
    return `${name}, ${version}, up to ${concurrency} at once, ${counted(sent, 'send')} in ${up}`;
  });
  const ofSmtp = (smtp ?? []).map(({ name, connections, taken, refused, startedAt }) => {
    const up = spanOf(secondsSince(state, startedAt));
    return `${name}, ${counted(connections, 'connection')}, ${numberOf(taken)} taken and ${numberOf(refused)} refused in ${up}`;
  });
  return [
    ...list(
      'Workers',
      told.length === 0 ? ['none: mail waits until one is started'] : told,
      told.length === 0,
    ),
    ...list('SMTP', ofSmtp),
  ];
}

function holdLines({ holds, silent }: State): readonly Line[] {
  if (holds === null) return [unknown('On hold', silent.includes('Redis') ? 'Redis' : 'PostgreSQL')];
  return list(
    'On hold',
    holds.map(({ name, reason, heldForSeconds, means, todo }) =>
      `${name}: ${reason}, for ${spanOf(heldForSeconds)}. ${means} ${todo}`.trim(),
    ),
    true,
  );
}

function paceOf({ recipientsPerSecond, quota }: Omit<AccountPace, 'name'>): string {
  const rate = `${counted(recipientsPerSecond, 'recipient')} a second`;
  if (quota === null) return rate;
  const { sent24Hours, max24Hours } = quota;
  const used = `${numberOf(sent24Hours)} of ${max24Hours > 0 ? numberOf(max24Hours) : 'no limit'}`;
  return `${rate}, ${used} in 24 hours`;
}

function sesLines(state: State): readonly Line[] {
  const { pace, accounts, workers, lastEvent } = state;
  const paced = () => {
    if (pace !== null) return line('Pace', `${paceOf(pace)}${pace.isSet ? ', as was set' : ''}`);
    return workers === null ? unknown('Pace', 'Redis') : line('Pace', 'not known while no worker runs');
  };
  const heard = () => {
    if (lastEvent === null) return unknown('Last event', 'PostgreSQL');
    if (lastEvent === 'none')
      return line('Last event', 'none has come: deliveries and bounces are not known');
    return line('Last event', `${lastEvent.type}, ${spanOf(secondsSince(state, lastEvent.at))} ago`);
  };
  return [
    paced(),
    ...(accounts ?? []).map(({ name, ...account }) => line('', `account ${name}: ${paceOf(account)}`)),
    heard(),
  ];
}

function failureLines({ failures }: State): readonly Line[] {
  if (failures === null) return [unknown('Failures', 'PostgreSQL')];
  const { causes, isPartial } = failures;
  if (causes.length === 0) return [line('Failures', 'nothing within the last hour')];
  const told = causes.map(
    ({ class: failureClass, cause, count }) =>
      `${counted(count, 'time')}${isPartial ? ' or more' : ''} ${failureClass ?? 'unknown'}: ${cause}`,
  );
  return list('Failures', told, true);
}

const silence = {
  PostgreSQL: 'does not answer: no mail is taken until it is back',
  Redis: 'does not answer: mail is taken and waits',
} as const;

/** The state as lines of a title and what is said of it. */
export const linesOf = (state: State): readonly Line[] => [
  ...state.silent.map((server) => line(server, silence[server], true)),
  ...throughputLines(state),
  ...waitingLines(state),
  ...workspaceLines(state),
  ...workerLines(state),
  ...holdLines(state),
  ...sesLines(state),
  ...failureLines(state),
];

/** Writes them out; a person sees in colour what is bad. */
export function showState(state: State, terminal: Terminal): void {
  for (const { title, text, isBad } of linesOf(state))
    terminal.line(
      `  ${terminal.paint('bold', title.padEnd(11))}${isBad ? terminal.paint('yellow', text) : text}`,
    );
}
