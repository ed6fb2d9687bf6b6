import { normalizeDomain } from '@postroom/contracts';
import type { SetupPlan } from '@postroom/provider-ses';
import { readArguments, readWholeNumber } from '../arguments.ts';
import { UsageProblem } from '../problem.ts';

/** What `ses setup` and `ses check` are told alike. */
type SharedOptions = {
  readonly domain: string;
  readonly region: string | undefined;
  /** The configuration set, and what the other names begin with. */
  readonly name: string;
  readonly envFile: string;
  /** How long events may take. */
  readonly waitSeconds: number;
};

/** What `ses check` is told. */
export type CheckOptions = SharedOptions;

/** What `ses setup` is told. */
export type SetupOptions = SharedOptions &
  Pick<SetupPlan, 'mailFrom' | 'attachTo'> & {
    readonly mode: 'make' | 'dry run' | 'print';
    /** For printing without asking AWS whose credentials these are. */
    readonly account: string | undefined;
  };

const shared = {
  domain: { type: 'string' },
  region: { type: 'string' },
  name: { type: 'string', default: 'postroom' },
  env: { type: 'string', default: '.env' },
  wait: { type: 'string' },
} as const;

const ofSetup = {
  ...shared,
  'mail-from': { type: 'string' },
  'no-mail-from': { type: 'boolean', default: false },
  'attach-to': { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  print: { type: 'boolean', default: false },
  account: { type: 'string' },
} as const;

/** Reads what follows `ses check`. */
export function readCheckOptions(args: readonly string[]): CheckOptions {
  const { values } = readArguments({ args: [...args], options: shared });
  return readShared('ses check', values);
}

/** Reads what follows `ses setup`. */
export function readSetupOptions(args: readonly string[]): SetupOptions {
  const { values } = readArguments({ args: [...args], options: ofSetup });
  const read = readShared('ses setup', values);
  if (values['dry-run'] && values.print)
    throw new UsageProblem('ses setup takes --dry-run or --print, not both.');
  if (values.account !== undefined && !/^\d{12}$/.test(values.account)) {
    throw new UsageProblem(`--account takes the 12 digits of an AWS account, not "${values.account}".`);
  }
  const mode = values.print ? 'print' : values['dry-run'] ? 'dry run' : 'make';
  return {
    ...read,
    mode,
    account: values.account,
    attachTo: readHolder(values['attach-to']),
    mailFrom: readMailFrom(read.domain, { name: values['mail-from'], isOff: values['no-mail-from'] }),
  };
}

function readShared(
  command: string,
  values: {
    readonly domain?: string | undefined;
    readonly region?: string | undefined;
    readonly name: string;
    readonly env: string;
    readonly wait?: string | undefined;
  },
): SharedOptions {
  const { name, region } = values;
  if (values.domain === undefined) throw new UsageProblem(`${command} takes --domain, such as example.com.`);
  if (!/^[A-Za-z0-9_-]{1,60}$/.test(name)) {
    throw new UsageProblem(`--name takes up to 60 letters, digits, - and _, not "${name}".`);
  }
  if (region !== undefined && !/^[a-z]{2,3}(?:-[a-z]+){1,3}-\d{1,2}$/.test(region)) {
    throw new UsageProblem(`--region takes a region of AWS such as eu-central-1, not "${region}".`);
  }
  const wait = { name: '--wait', min: 1, max: 1_200, fallback: 120 };
  return {
    domain: readDomain('--domain', values.domain),
    region,
    name,
    envFile: values.env,
    waitSeconds: readWholeNumber(values.wait, wait),
  };
}

function readDomain(option: string, text: string): string {
  const name = normalizeDomain(text.trim());
  if (name === null) throw new UsageProblem(`${option} takes a domain such as example.com, not "${text}".`);
  return name;
}

function readMailFrom(
  domain: string,
  { name, isOff }: { readonly name: string | undefined; readonly isOff: boolean },
): SetupPlan['mailFrom'] {
  if (isOff && name !== undefined) {
    throw new UsageProblem('ses setup takes --mail-from or --no-mail-from, not both.');
  }
  if (isOff) return null;
  if (name === undefined) return { domain: `bounces.${domain}`, isChosen: false };
  const chosen = readDomain('--mail-from', name);
  if (!chosen.endsWith(`.${domain}`)) {
    throw new UsageProblem(
      `--mail-from takes a name below ${domain}, such as bounces.${domain}, not "${name}".`,
    );
  }
  return { domain: chosen, isChosen: true };
}

function readHolder(text: string | undefined): SetupPlan['attachTo'] {
  if (text === undefined) return null;
  const [, kind, name] = /^(user|role)\/([\w+=,.@-]{1,128})$/.exec(text) ?? [];
  if (name !== undefined && (kind === 'user' || kind === 'role')) return { kind, name };
  throw new UsageProblem(`--attach-to takes user/NAME or role/NAME, not "${text}".`);
}
