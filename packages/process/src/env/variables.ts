import * as z from 'zod';

/** Digits and nothing else: `Number` would also read `0x10`, `1e3` and, as 0, whatever is blank. */
const decimal = (pattern: RegExp, expected: string) =>
  z
    .string(expected)
    .trim()
    .regex(pattern, expected)
    .transform((text) => Number(text));

/** A whole number within bounds; the unit belongs in the variable's name. */
export const wholeNumber = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return decimal(/^[+-]?\d+$/, expected).pipe(
    z.number(expected).int(expected).min(min, expected).max(max, expected),
  );
};

const positiveNumber = decimal(/^\+?(\d+(\.\d*)?|\.\d+)$/, 'expected a number above 0').pipe(
  z.number('expected a number above 0').positive('expected a number above 0'),
);

const percentage = decimal(/^\+?(\d+(\.\d*)?|\.\d+)$/, 'expected a part of a hundred from 0 to 100').pipe(
  z.number().min(0).max(100, 'expected a part of a hundred from 0 to 100'),
);

const urlOf = (protocols: readonly string[], example: string) =>
  z.string(`expected a URL such as ${example}`).refine((text) => {
    return URL.canParse(text) && protocols.includes(new URL(text).protocol);
  }, `expected a URL such as ${example}`);

const canDecode = (text: string) => {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
};

/** What of a Redis URL only shows when it is used; what is no URL was reported already. */
const redisUrl = urlOf(['redis:', 'rediss:'], 'redis://host:6379')
  .refine(
    (text) =>
      !URL.canParse(text) ||
      [new URL(text).username, new URL(text).password].every((part) => canDecode(part)),
    'expected a user and a password in which %, @, : and / are written as %25, %40, %3A and %2F',
  )
  .refine(
    (text) => !URL.canParse(text) || /^(?:\/\d{0,5})?$/.test(new URL(text).pathname),
    'expected nothing behind the port, or the number of a database such as redis://host:6379/1',
  )
  .refine(
    (text) => !URL.canParse(text) || new URL(text).hostname !== '',
    'expected a host: redis://host:6379',
  )
  .refine(
    (text) =>
      !URL.canParse(text) ||
      new URL(text).searchParams.get('cluster') !== 'true' ||
      /^\/?0*$/.test(new URL(text).pathname),
    'expected no number of a database before ?cluster=true, as redis://host:6379?cluster=true: a cluster has the database 0 alone',
  );

const httpUrl = urlOf(['http:', 'https:'], 'https://mail.example.com');

/** Whether paths can be put behind it. What is no URL was reported already. */
function isBase(text: string): boolean {
  if (!URL.canParse(text)) return true;
  const { search, hash, username, password } = new URL(text);
  return search + hash + username + password === '';
}

const baseUrl = httpUrl
  .refine(isBase, 'expected a URL without query, fragment and user, such as https://mail.example.com')
  .transform((text) => new URL(text).href.replace(/\/+$/, ''));

const databaseUrlExample = 'postgresql://user:password@host:5432/postroom';

const doubtPolicy = z.enum(['resend', 'hold'], 'expected resend or hold');

/** A region of AWS in any of its partitions, as a part of a pattern. */
const region = '[a-z]{2,4}(?:-[a-z]+){1,3}-\\d{1,2}';

/** As the events of a topic are taken by @postroom/provider-ses: one that would be refused then is refused at the start. */
const topicArn = new RegExp(
  `^arn:aws(?:-cn|-us-gov|-eusc|-iso(?:-[bef])?)?:sns:${region}:\\d{12}:[A-Za-z0-9_-]{1,256}(?:\\.fifo)?$`,
);

const topicArns = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((arn) => arn.trim())
      .filter((arn) => arn !== ''),
  )
  .refine((arns) => arns.every((arn) => topicArn.test(arn)), 'expected topic ARNs separated by commas');

/** Products whose clients are let in at the root. */
export type Compat = 'resend' | 'postmark';

const isCompat = (name: string): name is Compat => name === 'resend' || name === 'postmark';

const compatProducts = z
  .string()
  .default('resend,postmark')
  .transform((text, context): readonly Compat[] => {
    const names = text.split(',').map((name) => name.trim().toLowerCase());
    if (names.length === 1 && names[0] === 'none') return [];
    const known = names.filter(isCompat);
    if (known.length === names.length) return [...new Set(known)];
    context.addIssue({
      code: 'custom',
      message: 'expected resend, postmark, both with a comma between, or none',
    });
    return z.NEVER;
  });

/** From when on bounces and complaints of a day are too many, and from when on soft bounces are. */
const rateVariables = {
  /** With fewer deliveries in a day nothing is concluded of its rates. */
  RATES_LEAST_DELIVERIES: wholeNumber(1, 1_000_000).default(200),
  BOUNCE_WARNING_PERCENT: percentage.default(2),
  BOUNCE_PAUSE_PERCENT: percentage.default(5),
  COMPLAINT_WARNING_PERCENT: percentage.default(0.1),
  COMPLAINT_PAUSE_PERCENT: percentage.default(0.3),
  /** So many soft bounces of one address suppress it for a while; absent: they suppress nobody. */
  SOFT_BOUNCE_LIMIT: wholeNumber(1, 50).optional(),
  /** Within how long they have to come, at most 90 days. */
  SOFT_BOUNCE_WINDOW_HOURS: wholeNumber(1, 2_160).default(168),
  SOFT_BOUNCE_SUPPRESS_HOURS: wholeNumber(1, 8_760).default(168),
};

const days = (least: number) => wholeNumber(least, 36_500).optional();

/** How many days what is kept; absent: for good. */
const retentionVariables = {
  /** Of sends that have ended. Links to leave a group have to work for 30 days after the mail, and are found by their send. */
  RETENTION_SENDS_DAYS: days(30),
  /** Of what SES and recipients reported. */
  RETENTION_EVENTS_DAYS: days(1),
  /** Of bodies, data, headers and attachments of sends that have ended. */
  RETENTION_CONTENT_DAYS: days(1),
  /** Of what webhooks were told. */
  RETENTION_WEBHOOK_DAYS: days(1),
};

/** Variables that the API and the worker share. */
export const sharedVariables = {
  /** As libpq, node-postgres and Prisma write it; whoever opens the database says by name what cannot be used. */
  DATABASE_URL: z
    .string(`expected a URL such as ${databaseUrlExample}`)
    .regex(/^\s*postgres(ql)?:\/\//i, `expected a URL such as ${databaseUrlExample}`),
  /** Whether a pooler stands before PostgreSQL, and whether it gives each client a session or only a transaction. */
  DATABASE_POOLER: z
    .enum(['auto', 'none', 'session', 'transaction'], 'expected auto, none, session or transaction')
    .default('auto'),
  REDIS_URL: redisUrl,
  /** Prefix of every key in Redis, so that several installations can share one server; in braces it is the hash tag of a cluster. */
  QUEUE_PREFIX: z
    .string()
    .regex(
      /^(?:[A-Za-z0-9_-]{1,40}|\{[A-Za-z0-9_-]{1,38}\})$/,
      'expected 1 to 40 letters, digits, _ or -, for a cluster in braces',
    )
    .default('postroom'),
  AWS_REGION: z
    .string()
    .regex(new RegExp(`^${region}$`), 'expected a region such as eu-central-1')
    .default('us-east-1'),
  AWS_ENDPOINT_URL_SESV2: httpUrl.optional(),
  /** Topics whose events are taken, separated by commas. None: the API refuses all, the worker takes those of its queue. */
  SNS_TOPIC_ARNS: topicArns,
  SENDER_VERIFICATION: z.enum(['trust', 'ses'], 'expected trust or ses').default('ses'),
  ...rateVariables,
  /** Where recipients reach the API: links in mail begin with it, without a slash at its end. */
  PUBLIC_URL: baseUrl.default('http://localhost:3001'),
  /** Whether webhooks may go to private addresses, and over plain HTTP. */
  WEBHOOK_PRIVATE_ADDRESSES: z.enum(['refuse', 'allow'], 'expected refuse or allow').default('refuse'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error', 'silent'], 'expected debug, info, warn, error or silent')
    .default('info'),
};

/** What the API reads from the environment. */
export const apiVariables = {
  ...sharedVariables,
  HOST: z.string().default('0.0.0.0'),
  PORT: wholeNumber(0, 65_535).default(3001),
  /** Port of `/metrics` alone, so that they need not be public; 0: they are on PORT. */
  METRICS_PORT: wholeNumber(0, 65_535).default(0),
  DATABASE_CONNECTIONS: wholeNumber(1, 200).default(10),
  /** How long accepting a batch may wait for the queue before it leaves the rows to the sweeper. */
  ENQUEUE_BUDGET_MS: wholeNumber(10, 5_000).default(200),
  /** Requests that one key may make in a window; absent: no limit. */
  RATE_LIMIT_REQUESTS: wholeNumber(1, 1_000_000).optional(),
  RATE_LIMIT_WINDOW_SECONDS: wholeNumber(1, 3_600).default(1),
  /** How many calls a second SES gets about domains, senders and its suppression list, over all replicas; one workspace: half of it. */
  SES_IDENTITY_RATE: wholeNumber(1, 100).default(10),
  /** Whether a tracking host may lead to an address of a private network, for installations within one. */
  TRACKING_HOST_PRIVATE_ADDRESSES: z.enum(['refuse', 'allow'], 'expected refuse or allow').default('refuse'),
  /** Whether operators find their page at `/dashboard`. */
  DASHBOARD: z.enum(['on', 'off'], 'expected on or off').default('on'),
  /** Products whose clients find their routes at the root, as they do at the product itself. */
  COMPAT: compatProducts,
  /** A key with scope `full` in the default workspace, made at start when it does not exist yet. */
  BOOTSTRAP_API_KEY: z
    .string()
    .regex(
      /^sk_(live|test)_[A-Za-z0-9_-]{27,200}$/,
      'expected sk_live_ or sk_test_ and 27 or more letters, digits, _ or -',
    )
    .optional(),
  /** A certificate (PEM file) that notifications must be signed with, instead of fetching AWS's: for local stand-ins. */
  SNS_CERTIFICATE_FILE: z.string().optional(),
  /** The lowest version of SNS's signatures that is taken; 1, which topics have unless told, is made with SHA-1. */
  SNS_SIGNATURE_VERSION: z.enum(['1', '2'], 'expected 1 or 2').default('1'),
};

/** What a worker reads from the environment. */
export const workerVariables = {
  ...sharedVariables,
  DATABASE_CONNECTIONS: wholeNumber(1, 200).default(6),
  /** Sends in hand at once; the rate is another thing. */
  WORKER_CONCURRENCY: wholeNumber(1, 1_000).default(50),
  /** Port of the worker's own /healthz and /metrics; 0: none. */
  WORKER_PORT: wholeNumber(0, 65_535).default(0),
  WORKER_HOST: z.string().default('0.0.0.0'),
  /** Recipients per second over all replicas; absent: what SES `GetAccount` says. */
  SES_MAX_SEND_RATE: positiveNumber.optional(),
  /** The SQS queue that SES's events are taken from; absent: they come to the API, or not at all. */
  SES_EVENTS_QUEUE_URL: httpUrl.optional(),
  AWS_ENDPOINT_URL_SQS: httpUrl.optional(),
  SES_REQUEST_TIMEOUT_MS: wholeNumber(100, 60_000).default(10_000),
  SEND_LEASE_MS: wholeNumber(500, 600_000).default(30_000),
  MAX_ATTEMPTS: wholeNumber(1, 50).default(8),
  /** How long an in-doubt send waits for SES's own event before its policy applies. */
  IN_DOUBT_WINDOW_MS: wholeNumber(500, 86_400_000).default(120_000),
  /** What becomes of a send whose window ended without an event: sent again, or `Failed` with delivery unknown. */
  IN_DOUBT_POLICY_TRANSACTIONAL: doubtPolicy.default('resend'),
  IN_DOUBT_POLICY_MARKETING: doubtPolicy.default('hold'),
  /** How long a hold lasts at first before one send is tried again; it grows up to 20 times that. */
  HOLD_MS: wholeNumber(100, 600_000).default(30_000),
  /** How long SES may have suspended the account before the sends that wait for it fail. */
  SUSPENDED_FAIL_AFTER_MS: wholeNumber(100, 2_592_000_000).default(86_400_000),
  SWEEP_INTERVAL_MS: wholeNumber(50, 60_000).default(1_000),
  ...retentionVariables,
  /** How long a webhook's receiver may take in all. */
  WEBHOOK_TIMEOUT_MS: wholeNumber(100, 60_000).default(15_000),
  /** How long a worker that was told to stop may finish what is in hand. */
  SHUTDOWN_TIMEOUT_MS: wholeNumber(100, 120_000).default(20_000),
};
