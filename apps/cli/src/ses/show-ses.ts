import type {
  AccountState,
  Found,
  Policy,
  Proof,
  ProofResult,
  SetupRecord,
  SetupStep,
} from '@postroom/provider-ses';
import type { Terminal } from '../terminal.ts';
import type { EnvChange } from './env-file.ts';

const sandboxPage = 'https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html';

/** One line of a list: a mark, what it is, what it is called, and what is to be said of it. */
function item(
  terminal: Terminal,
  mark: string,
  [title, name, note]: readonly [string, string, string],
): void {
  const said = note === '' ? '' : ` ${terminal.paint('dim', note)}`;
  terminal.line(`  ${mark} ${title.padEnd(18)} ${name}${said}`);
}

const below = (text: string) => text.replaceAll(/^/gm, '      ');

/** What is there of a part, before anything is made. */
export function showFound(terminal: Terminal, { title, name }: SetupStep, found: Found): void {
  if (found.kind === 'there') {
    item(terminal, terminal.paint('green', '✓'), [title, name, ['is there', ...found.notes].join('; ')]);
  }
  if (found.kind !== 'differs') return;
  item(terminal, terminal.paint('red', '✗'), [title, name, 'is there and differs']);
  for (const difference of found.differences) terminal.line(below(difference));
  terminal.line(below(`To change it:\n${found.command}`));
}

/** A part that was made, or would be. */
export function showMade(
  terminal: Terminal,
  { title, name }: SetupStep,
  note: 'made' | 'would be made',
): void {
  item(terminal, terminal.paint('yellow', '+'), [title, name, note]);
}

/** What of the account keeps mail back. */
export function showAccount(
  terminal: Terminal,
  { isSandbox, isStopped, perSecond, perDay }: AccountState,
): void {
  const quota = perDay < 0 ? 'without a daily limit' : `${perDay} a day`;
  item(terminal, terminal.paint('green', '✓'), [
    'SES account',
    `${perSecond} recipients a second, ${quota}`,
    '',
  ]);
  if (isSandbox) {
    item(terminal, terminal.paint('yellow', '!'), [
      'Sandbox',
      'SES delivers to verified addresses and its simulator alone',
      '',
    ]);
    terminal.line(below(`Ask for production access: ${sandboxPage}`));
  }
  if (isStopped !== null) item(terminal, terminal.paint('red', '✗'), ['Sending', isStopped, '']);
}

/** The records that a domain needs in its DNS, as a person copies them. */
export function showRecords(terminal: Terminal, domain: string, records: readonly SetupRecord[]): void {
  terminal.line();
  terminal.line(`  DNS records of ${domain}:`);
  terminal.line();
  const width = Math.max(0, ...records.map(({ name }) => name.length));
  for (const { type, name, value, isRequired } of records) {
    const written = type === 'TXT' ? `"${value}"` : value;
    const note = isRequired ? '' : terminal.paint('dim', '  (recommended)');
    terminal.line(`    ${type.padEnd(5)}  ${name.padEnd(width)}  ${written}${note}`);
  }
}

/** What became of the lines of the file of settings. */
export function showEnv(
  terminal: Terminal,
  file: string,
  changes: readonly EnvChange[],
  isDry: boolean,
): void {
  terminal.line();
  for (const { kind, name, value, found } of changes) {
    if (kind === 'there')
      item(terminal, terminal.paint('green', '✓'), [file, `${name}=${found}`, 'is there']);
    if (kind === 'written') {
      const line = found === null ? `${name}=${value}` : `${name}=${found},${value}`;
      item(terminal, terminal.paint('yellow', '+'), [file, line, isDry ? 'would be written' : 'written']);
    }
    if (kind !== 'conflict') continue;
    item(terminal, terminal.paint('red', '✗'), [file, `${name}=${found}`, 'was left as it is']);
    terminal.line(below(`What was set up here: ${name}=${value}`));
  }
}

/** Whether events arrive. `not known`: one was not seen, and workers may have taken it where nobody can look from here. */
export type Verdict = 'proven' | 'refuted' | 'not known';

/** The code that a command which sent mail to the simulator ends with. */
export const verdictCodes: Readonly<Record<Verdict, number>> = { proven: 0, refuted: 1, 'not known': 3 };

/** What came of the mail to the simulator; `check` is what is typed behind `postroom ses` to look again. */
export function showProof(
  terminal: Terminal,
  { results, others }: Proof,
  { areRecordsSeen, check }: { readonly areRecordsSeen: boolean; readonly check: string },
): Verdict {
  const isUnknown = ({ outcome }: ProofResult) => outcome.kind === 'not seen' && !areRecordsSeen;
  for (const result of results) {
    const { kind } = result.outcome;
    const [mark, title] =
      kind === 'seen'
        ? [terminal.paint('green', '✓'), 'Event']
        : isUnknown(result)
          ? [terminal.paint('yellow', '?'), 'Not known']
          : [terminal.paint('red', '✗'), 'No event'];
    const words = isUnknown(result) ? 'was not on the queue in time' : wordsOf(result);
    item(terminal, mark, [title, `${result.expected} of ${result.address}`, words]);
  }
  if (others > 0) terminal.line(below(`${others} event(s) of other mail were on the queue, and stay there.`));
  if (results.some(({ outcome }) => outcome.kind === 'not seen')) {
    terminal.line(below(areRecordsSeen ? nowhere : unseen(check)));
  }
  const open = results.filter(({ outcome }) => outcome.kind !== 'seen');
  if (open.length === 0) return 'proven';
  return open.every(isUnknown) ? 'not known' : 'refuted';
}

const nowhere = 'It was neither on the queue nor among what running workers recorded.';
const unseen = (
  check: string,
) => `Workers that run take events off the queue too, and what they take is in their database alone, which is not seen
from here. Beside workers of Compose run: docker compose exec worker node apps/cli/dist/main.js ses ${check}
Beside others set DATABASE_URL here as they have it, or stop them, and check again. If none runs, events do not arrive.`;

function wordsOf({ outcome }: ProofResult): string {
  switch (outcome.kind) {
    case 'seen':
      return `after ${(outcome.afterMs / 1_000).toFixed(1)} s${outcome.on === 'record' ? ', recorded by a worker that runs' : ''}`;
    case 'not seen':
      return 'did not come in time';
    case 'not allowed':
      return 'came from a topic that SNS_TOPIC_ARNS does not name';
    case 'refused':
      return outcome.why.kind === 'not_permitted'
        ? `the right ses:SendEmail is missing on its ${outcome.why.about}: ${outcome.why.error.message}`
        : `SES did not take the mail: ${outcome.why.error.code}: ${outcome.why.error.message}`;
  }
}

/** A policy as JSON, with a line for each statement. */
export function policyText({ Version, Statement }: Policy): string {
  const statements = Statement.map((statement) => `    ${JSON.stringify(statement)}`).join(',\n');
  return `{\n  "Version": "${Version}",\n  "Statement": [\n${statements}\n  ]\n}`;
}
