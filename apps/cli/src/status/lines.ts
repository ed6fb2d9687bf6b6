import type { Terminal } from '../terminal.ts';
import { wordsOf } from './held.ts';
import type { State } from './state.ts';

const counted = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`;

/** A span in the unit that says most, such as `90 s`, `12 min` or `5 h`. */
export function spanOf(seconds: number): string {
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

const lanes = ['transactional', 'marketing'] as const;

function waitingOf({ backlog }: State): string {
  const parts = lanes.map((lane) => {
    const group = backlog.find((some) => some.status === 'Queued' && some.lane === lane);
    const oldest = group?.oldestDueSeconds ?? null;
    const age = oldest === null ? '' : ` (the oldest for ${spanOf(oldest)})`;
    return `${(group?.count ?? 0).toLocaleString('en-US')} ${lane}${age}`;
  });
  return parts.join(', ');
}

const sumOf = ({ backlog }: State, status: string, of: 'count' | 'inDoubt' = 'count') =>
  backlog.filter((group) => group.status === status).reduce((sum, group) => sum + group[of], 0);

function workersOf(workers: NonNullable<State['queue']>['workers']): readonly string[] {
  if (workers.length === 0) return ['none: mail waits until one is started'];
  return workers.map(({ name, version, concurrency, sent, startedAt }) => {
    const upSeconds = (Date.now() - Date.parse(startedAt)) / 1_000;
    return `${name}, ${version}, up to ${concurrency} at once, ${counted(sent, 'send')} in ${spanOf(upSeconds)}`;
  });
}

const causeOf = ({ class: failureClass, message, count }: State['failures'][number]) =>
  `${counted(count, 'time')} ${failureClass ?? 'unknown'}: ${message ?? 'no reason is known'}`;

/** The state as lines of a title and what is said of it; `isBad` marks what somebody has to look at. */
export function linesOf(state: State): readonly { title: string; text: string; isBad: boolean }[] {
  const { queue, failures, setRate } = state;
  const line = (title: string, text: string, isBad = false) => ({ title, text, isBad });
  const inDoubt = sumOf(state, 'Processing', 'inDoubt');
  const list = (title: string, texts: readonly string[], isBad: boolean) =>
    texts.map((text, at) => line(at === 0 ? title : '', text, isBad));
  return [
    line('Waiting', waitingOf(state)),
    line('Scheduled', String(sumOf(state, 'Scheduled').toLocaleString('en-US'))),
    line('In hand', `${sumOf(state, 'Processing') - inDoubt}, and ${inDoubt} in doubt`, inDoubt > 0),
    ...(queue === null
      ? [line('Redis', 'does not answer: mail is taken and waits', true)]
      : [
          ...list('Workers', workersOf(queue.workers), queue.workers.length === 0),
          ...list(
            'On hold',
            queue.holds.map(
              (held) => `${wordsOf(held)}: ${held.reason}, for ${spanOf(held.heldForMs / 1_000)}`,
            ),
            true,
          ),
        ]),
    ...(setRate === null ? [] : [line('Rate', `set to ${setRate} recipients per second`)]),
    ...list(
      'Failed',
      failures.length === 0 ? ['nothing within the last hour'] : failures.map(causeOf),
      failures.length > 0,
    ),
  ];
}

/** Writes them out; a person sees in colour what is bad. */
export function showState(state: State, terminal: Terminal): void {
  for (const { title, text, isBad } of linesOf(state))
    terminal.line(
      `  ${terminal.paint('bold', title.padEnd(11))}${isBad ? terminal.paint('yellow', text) : text}`,
    );
}
