import { resolve } from 'node:path';
import { type Code, codeUnderTest, readArguments, UsageError, wholeNumber } from '@postroom/testkit';

const commandNames = [
  'accept',
  'single',
  'send',
  'events',
  'quota',
  'lanes',
  'links',
  'doors',
  'lists',
  'now',
  'hostile',
  'fresh',
  'backlog',
  'life',
  'scale',
  'memory',
] as const;

/** What the bench was asked for. */
export type BenchOptions = {
  readonly commands: readonly (typeof commandNames)[number][];
  /** Where the figures go as JSON; '-': to standard output, in place of the text. Null: nowhere. */
  readonly jsonFile: string | null;
  readonly isShort: boolean;
  readonly code: Code;
  readonly sends: number;
  readonly seed: number;
  /** Where the CPU profiles of the API and the worker go; null: none are taken. */
  readonly profileDir: string | null;
};

export const help = `npm run bench -- <accept|single|send|events|quota|lanes|links|doors|lists|now|hostile|fresh|backlog|life|scale|memory|all>
                     [options]

  accept   how fast and at what cost the API takes batches, beside the floors: the same rows written by pg
           alone and by Prisma, the same jobs added by BullMQ alone, the same bodies parsed by Express alone
  single   the same of requests with one send each, by 16 clients, beside the floor: an Express application that does one
           INSERT and one \`add\` of BullMQ for each
  send     how fast and at what cost one worker sends, beside the floors: SendEmail by the AWS SDK alone and
           as one signed POST, an empty BullMQ worker, Handlebars alone; and once more with clicks and opens tracked
  events   how fast and at what cost the API takes SES's events from SNS, one a notification over 20 connections, and a
           worker from SQS, beside the floor, which is the signatures checked and the rows written by pg alone, 20 a
           statement; and clicks
  quota    how much of the account's rate 1, 4 and 8 workers use together, at 14 and 200 recipients a second, with 1 and 3
           recipients a mail: 97 % of what whole mails can use, and never more than the rate in a sliding second of SES
  lanes    how long transactional mail takes behind 10,000 marketing mails, at both rates with 1, 2, 4 and 8 workers: at
           99 %, 500 ms beyond its time alone
  links    what rewriting 30 links of 10 KB of html costs, at most 0.2 ms of CPU or 1.2 times the floor, which is reading
           the html and signing alone; and with signing them
  doors    what a send through the doors of Resend and Postmark and by SMTP costs beside one through /api/v1, at most 1.2
           times its CPU and PostgreSQL's together; and what ten messages of 15 MB at once take of memory by SMTP, at most 64 MB each
  lists    how long pages and counts of sends take when there are very many, with the plans of their queries
  now      what the first page of the dashboard costs when very many sends are stored: at most 1 s until it knows what happens,
           2 % of a core while nothing is sent, and, ten of them open, 5 % of the CPU of accepting
  hostile  what another workspace's requests and mail suffer beside one hostile caller, in each way that there is,
           and three of them at once: at most 500 ms and 3 s, with 600 MB for the API and 400 MB for the worker
  fresh    PostgreSQL's cost of each accepted email on a new database, which has no statistics yet
  backlog  PostgreSQL's cost of each claim and record when very many are stored and few were waiting when the
           statistics were made: a tenth of --sends waits
  life     what one email costs the whole machine, part by part: accepted by the hundred, sent, two events of it
  scale    how fast 1, 2 and 4 workers drain a full queue, and what that costs
  memory   what the API and a worker have of memory after batches, single sends, full queues and events: 150 MB each at most
  all      accept and send (as without a command)

  --sends N   sends in each run of \`send\`, \`life\`, \`scale\` and \`memory\` (5000; 300 with --short), of \`events\` with two events each (1000; 100 with
              --short), in the tables of \`lists\`, \`now\` and \`backlog\` (1000000; 20000 with --short), or
              accepted by \`fresh\` (100000; 10000 with --short), a multiple of 1,000 for the last two, else of 100
  --seed N    seed of the data of the emails (1)
  --short     a few seconds, to see that it works: the figures mean little
  --source    measures the TypeScript source through tsx, which is slower, in place of the compiled code
  --profile D writes CPU profiles of the API and the worker to the folder D; the figures suffer
  --json F    writes the figures to the file F as JSON too; -: to standard output, in place of the text

It starts everything that it needs on 127.0.0.1 and stops it again: PostgreSQL with full durability, Redis, a
fake SES, the API and a worker, each a process of its own. Exit code 1: a send was lost or doubled, a batch
was not wholly accepted, or something failed; then the figures count for nothing. Or a list took more than 50 ms, a message's
links more than 0.2 ms, a door or the dashboard too much, a bystander suffered, the rate was
passed or not used, transactional mail waited, or an email of \`fresh\` or \`backlog\` cost PostgreSQL more than 1.2 times what the first ones did.
`;

const known = {
  help: { type: 'boolean', short: 'h', default: false },
  json: { type: 'string' },
  short: { type: 'boolean', default: false },
  source: { type: 'boolean', default: false },
  profile: { type: 'string' },
  sends: { type: 'string' },
  seed: { type: 'string' },
} as const;

function commandsOf(positionals: readonly string[]): BenchOptions['commands'] {
  const [command = 'all', ...more] = positionals;
  if (more.length > 0) throw new UsageError(`One command at a time, not also "${more.join(' ')}".`);
  if (command === 'all') return ['accept', 'send'];
  const found = commandNames.find((one) => one === command);
  if (found !== undefined) return [found];
  throw new UsageError(`There is no command "${command}": ${commandNames.join(', ')} or all.`);
}

/** How many sends a command is about unless told, and at the most. */
const sizes = {
  events: { full: '1000', short: '100', max: 20_000 },
  send: { full: '5000', short: '300', max: 50_000 },
  lists: { full: '1000000', short: '20000', max: 10_000_000 },
  now: { full: '1000000', short: '20000', max: 10_000_000 },
  backlog: { full: '1000000', short: '20000', max: 10_000_000 },
  fresh: { full: '100000', short: '10000', max: 1_000_000 },
} as const;

/** What takes a few seconds and proves nothing about speed need not be compiled first, nor what PostgreSQL does. */
function codeOf(isSource: boolean, isShort: boolean): Code {
  if (isSource) return 'source';
  return isShort ? codeUnderTest() : 'dist';
}

/** Reads the command line; null: help was asked for. Throws `UsageError`. */
export function readOptions(args: readonly string[]): BenchOptions | null {
  const { values, positionals } = readArguments({
    args: [...args],
    options: known,
    allowPositionals: true,
  });
  if (values.help) return null;
  const commands = commandsOf(positionals);
  const [first = 'send'] = commands;
  const isInProcess = first === 'links' || first === 'lists' || first === 'backlog';
  const isSteady = first === 'fresh' || first === 'backlog';
  const size =
    first === 'lists' || first === 'now' || first === 'events' || isSteady ? sizes[first] : sizes.send;
  const sends = wholeNumber(values.sends ?? (values.short ? size.short : size.full), {
    name: '--sends',
    min: 100,
    max: size.max,
  });
  const unit = isSteady ? 1_000 : 100;
  if (sends % unit !== 0) throw new UsageError(`--sends takes a multiple of ${unit}, not ${sends}.`);
  return {
    commands,
    jsonFile: values.json === undefined || values.json === '-' ? (values.json ?? null) : resolve(values.json),
    isShort: values.short,
    code: codeOf(values.source || isInProcess, values.short),
    sends,
    profileDir: values.profile === undefined ? null : resolve(values.profile),
    seed: wholeNumber(values.seed ?? '1', { name: '--seed', min: 0, max: 2 ** 32 - 1 }),
  };
}
