import { nameSchema, uuidSchema } from '@postroom/contracts';
import { type AccountUse, type SesAccount, SesAccountStore } from '@postroom/db';
import { sharedVariables } from '@postroom/process';
import { sesEndpointOf } from '@postroom/provider-ses';
import { forgetAccount } from '@postroom/redis';
import { readArguments } from '../arguments.ts';
import { Problem, reasonOf, UsageProblem } from '../problem.ts';
import { typed } from '../stack/checkout.ts';
import { runningRedis } from '../stack/running-servers.ts';
import { withDatabase } from '../stack/with-database.ts';
import type { Terminal } from '../terminal.ts';

/** What the account of the environment is called here. */
const own = 'default';

/** `postroom accounts`: regions and accounts of SES beside the one of the environment, and which sender profile uses which. */
export async function accounts(args: readonly string[], terminal: Terminal): Promise<number> {
  const [action = '', ...rest] = args;
  if (action === 'create') return create(rest, terminal);
  if (action === 'list') return list(rest, terminal);
  if (action === 'use') return use(rest, terminal);
  if (action === 'update') return update(rest, terminal);
  if (action === 'remove') return remove(rest, terminal);
  const known = 'accounts takes create, list, use, update or remove';
  throw new UsageProblem(action === '' ? `${known}.` : `${known}, not "${action}".`);
}

/** A region's own, unless another is named: one that the environment names is not this account's. */
function readEndpoint(text: string | undefined, region: string): string {
  if (text === undefined) return sesEndpointOf(region);
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new UsageProblem('--endpoint must be an http URL.');
  return text;
}

function readRegion(text: string | undefined, action: string): string {
  if (text !== undefined && sharedVariables.AWS_REGION.safeParse(text).success) return text;
  throw new UsageProblem(`accounts ${action} takes --region, such as eu-west-1.`);
}

function readAccount(args: readonly string[]): Omit<SesAccount, 'id'> {
  const text = { type: 'string' } as const;
  const options = { name: text, region: text, profile: text, endpoint: text };
  const { values } = readArguments({ args: [...args], options });
  const name = nameSchema.safeParse(values.name);
  if (!name.success || name.data === own) {
    throw new UsageProblem('accounts create takes --name, one line, and not "default".');
  }
  const { profile = null } = values;
  const region = readRegion(values.region, 'create');
  return { name: name.data, region, profile, endpoint: readEndpoint(values.endpoint, region) };
}

async function create(args: readonly string[], terminal: Terminal): Promise<number> {
  const account = readAccount(args);
  return withDatabase(async ({ prisma }) => {
    const made = await new SesAccountStore(prisma).create(account);
    if (made === null) throw new Problem(`There is an account "${account.name}" already.`);
    terminal.line(made.id);
    return 0;
  });
}

async function list(args: readonly string[], terminal: Terminal): Promise<number> {
  readArguments({ args: [...args], options: {} });
  return withDatabase(async ({ prisma }) => {
    terminal.line(`${own}: the region and the credentials of the environment`);
    for (const { id, name, region, profile, endpoint } of await new SesAccountStore(prisma).list()) {
      const credentials = profile === null ? 'credentials of the environment' : `profile ${profile}`;
      terminal.line(`${name}: ${[region, credentials, endpoint, id].join(', ')}`);
    }
    return 0;
  });
}

async function findNamed(store: SesAccountStore, name: string): Promise<SesAccount> {
  const account = (await store.list()).find((known) => known.name === name);
  if (account !== undefined) return account;
  throw new Problem(`There is no account "${name}".\nRun: ${typed('accounts', 'list')}`);
}

async function update(args: readonly string[], terminal: Terminal): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = readArguments({
    args: [...args],
    options: { region: text, profile: text, endpoint: text },
    allowPositionals: true,
  });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1 || Object.keys(values).length === 0) {
    throw new UsageProblem(
      'accounts update takes the name of an account, and --region, --profile or --endpoint.',
    );
  }
  return withDatabase(async ({ prisma }) => {
    const store = new SesAccountStore(prisma);
    const before = await findNamed(store, name);
    const region = readRegion(values.region ?? before.region, 'update');
    const isRegional = before.endpoint === readEndpoint(undefined, before.region);
    const profile = values.profile === undefined ? before.profile : values.profile || null;
    const endpoint = readEndpoint(values.endpoint ?? (isRegional ? undefined : before.endpoint), region);
    await store.update(before.id, { region, profile, endpoint });
    terminal.line(
      'API and workers send through it so once they are started anew; refresh its sender profiles then.',
    );
    return 0;
  });
}

async function remove(args: readonly string[], terminal: Terminal): Promise<number> {
  const { positionals } = readArguments({ args: [...args], options: {}, allowPositionals: true });
  const [name] = positionals;
  if (name === undefined || positionals.length > 1) {
    throw new UsageProblem('accounts remove takes the name of an account.');
  }
  const redis = runningRedis();
  return withDatabase(async ({ prisma }) => {
    const store = new SesAccountStore(prisma);
    const { id } = await findNamed(store, name);
    const needed = await store.remove(id, async () => {
      try {
        await forgetAccount(redis, id);
      } catch (error) {
        const trouble = `The Redis of REDIS_URL did not forget the holds of "${name}": ${reasonOf(error)}`;
        throw new Problem(`${trouble}\nNothing is removed. Once it answers, run this again.`, {
          cause: error,
        });
      }
    });
    if (needed === null) {
      terminal.line(`"${name}" is removed.`);
      return 0;
    }
    throw new Problem(whyNeeded(name, needed));
  });
}

function whyNeeded(name: string, { senders, waiting }: AccountUse): string {
  if (senders > 0) {
    return `Mail of ${senders} sender profiles is sent through "${name}".\nRun, for each: ${typed('accounts', `use ${own} --sender ID`)}`;
  }
  if (waiting > 0)
    return `${waiting} emails wait to be sent through "${name}": cancel them, or wait until they are gone.`;
  return `A sender profile left "${name}" within the last ten minutes, and mail from just before may yet be accepted for it: try again in ten minutes.`;
}

async function use(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = readArguments({
    args: [...args],
    options: { sender: { type: 'string' } },
    allowPositionals: true,
  });
  const [name] = positionals;
  const sender = uuidSchema.safeParse(values.sender);
  if (name === undefined || positionals.length > 1 || !sender.success) {
    throw new UsageProblem(
      'accounts use takes the name of an account, and --sender with the id of a sender profile.',
    );
  }
  return withDatabase(async ({ prisma }) => {
    const store = new SesAccountStore(prisma);
    const account = name === own ? null : await findNamed(store, name);
    if (!(await store.assign(sender.data, account?.id ?? null))) {
      throw new Problem(`There is no sender profile ${sender.data}, or no account "${name}" any more.`);
    }
    terminal.line(`What is accepted from now on is sent through ${name}, once the sender is verified there.`);
    return 0;
  });
}
