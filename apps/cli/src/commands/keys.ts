import {
  createApiKeySchema,
  grantableScopes,
  issuesOf,
  operatorScope,
  shownScopes,
  uuidSchema,
} from '@postroom/contracts';
import { generateApiKey } from '@postroom/core';
import { createResourceStores, type ResourceStores, type StoredApiKey, WorkspaceStore } from '@postroom/db';
import { readArguments } from '../arguments.ts';
import { Problem, UsageProblem } from '../problem.ts';
import { typed } from '../stack/checkout.ts';
import { withDatabase } from '../stack/with-database.ts';
import type { Terminal } from '../terminal.ts';
import { rotateLinks } from './rotate-links.ts';

type Keys = {
  readonly store: ResourceStores['apiKeys'];
  readonly senders: ResourceStores['senderProfiles'];
  readonly workspaceId: string;
  readonly terminal: Terminal;
};

/** `postroom keys`: creates, lists and revokes the API keys of a workspace, the default one unless told, and replaces what signs links. */
export async function keys(args: readonly string[], terminal: Terminal): Promise<number> {
  const [action = '', ...rest] = args;
  if (action === 'create') {
    const { workspace, ...wanted } = readWanted(rest);
    return withKeys({ terminal, workspace }, (opened) => create(opened, wanted));
  }
  if (action === 'list') {
    const { values } = readArguments({ args: rest, options: ofWorkspace });
    return withKeys({ terminal, ...values }, list);
  }
  if (action === 'revoke') {
    const { positionals, values } = readArguments({
      args: rest,
      options: ofWorkspace,
      allowPositionals: true,
    });
    const [which] = positionals;
    if (which === undefined || positionals.length > 1) {
      throw new UsageProblem('keys revoke takes the id or the prefix of one key: see keys list.');
    }
    return withKeys({ terminal, ...values }, (opened) => revoke(opened, which));
  }
  if (action === 'rotate-links') return rotateLinks(rest, terminal);
  const known = 'keys takes create, list, revoke or rotate-links';
  throw new UsageProblem(action === '' ? `${known}.` : `${known}, not "${action}".`);
}

const ofWorkspace = { workspace: { type: 'string' } } as const;

const scopeWords = `one or more of ${grantableScopes.join(', ')}, or ${operatorScope} alone`;

function readWanted(args: readonly string[]) {
  const { values } = readArguments({
    args: [...args],
    options: {
      name: { type: 'string' },
      scope: { type: 'string', multiple: true },
      mode: { type: 'string', default: 'live' },
      sender: { type: 'string', multiple: true },
      ...ofWorkspace,
    },
  });
  const { name, scope: scopes, mode, workspace, sender: senders = [] } = values;
  if (name === undefined) throw new UsageProblem('keys create takes --name, to tell keys apart.');
  if (scopes === undefined) {
    throw new UsageProblem(`keys create takes --scope, ${scopeWords}.`);
  }
  const unknown = scopes.find((scope) => !shownScopes.some((known) => known === scope));
  if (unknown !== undefined) throw new UsageProblem(`--scope takes ${scopeWords}, not "${unknown}".`);
  const isOperator = scopes.includes(operatorScope);
  if (isOperator && scopes.length > 1) {
    throw new UsageProblem(
      '--scope operator stands alone: who sees all workspaces sees the content of none.',
    );
  }
  if (isOperator && senders.length > 0) {
    throw new UsageProblem('--scope operator sees no mail: --sender has nothing to limit there.');
  }
  // No request can ask for an operator's key: the schema of those knows no such scope.
  const known = isOperator ? ['admin'] : scopes;
  const parsed = createApiKeySchema.safeParse({ name, scopes: known, mode });
  if (parsed.success) {
    const granted = isOperator ? ([operatorScope] as const) : parsed.data.scopes;
    return { name: parsed.data.name, scopes: granted, mode: parsed.data.mode ?? 'live', workspace, senders };
  }
  const [issue] = issuesOf(parsed.error);
  const option = issue?.path.replace(/^scopes.*/, 'scope');
  throw new UsageProblem(`--${option} ${issue?.message}.`);
}

async function workspaceOf(store: WorkspaceStore, given: string | undefined): Promise<string> {
  if (given === undefined) return store.ensureDefault();
  const id = uuidSchema.safeParse(given);
  if (!id.success) throw new UsageProblem('--workspace must be the id of a workspace.');
  if (await store.exists(id.data)) return id.data;
  throw new Problem(`There is no workspace ${given}.\nRun: ${typed('workspaces', 'list')}`);
}

const withKeys = (
  { terminal, workspace }: { readonly terminal: Terminal; readonly workspace?: string | undefined },
  use: (keys: Keys) => Promise<number>,
): Promise<number> =>
  withDatabase(async ({ prisma }) => {
    const workspaceId = await workspaceOf(new WorkspaceStore(prisma), workspace);
    const { apiKeys: store, senderProfiles: senders } = createResourceStores(prisma);
    return use({ store, senders, workspaceId, terminal });
  });

/** The sender profiles that are named, each by its id or by a name that no other has. */
async function sendersNamed({ senders, workspaceId }: Keys, named: readonly string[]): Promise<string[]> {
  const known = await allOf((page) => senders.list(workspaceId, page));
  return named.map((which) => {
    const matches = known.filter(({ id, name }) => id === which || name === which);
    const [match] = matches;
    if (match === undefined) {
      throw new Problem(`The workspace has no sender profile with the id or the name "${which}".`);
    }
    if (matches.length === 1) return match.id;
    const told = matches.map(({ id, from }) => `  ${id}  ${from.email}`).join('\n');
    throw new Problem(
      `${matches.length} sender profiles are called "${which}"; name the id of one:\n${told}`,
    );
  });
}

async function create(
  opened: Keys,
  { senders, ...wanted }: Omit<ReturnType<typeof readWanted>, 'workspace'>,
): Promise<number> {
  const { store, workspaceId, terminal } = opened;
  const key = generateApiKey(wanted.mode);
  const senderProfileIds = senders.length === 0 ? null : await sendersNamed(opened, senders);
  const made = await store.create(workspaceId, { ...wanted, key, senderProfileIds });
  if (made === null) throw new Problem('A sender profile that was named has gone meanwhile.');
  // The key alone on standard output, so that a script can take it.
  terminal.line(key);
  terminal.error(terminal.paint('dim', 'It is shown this once: only its hash is stored.'));
  return 0;
}

type Listing<Row> = (page: { readonly limit: number; readonly cursor: string | undefined }) => Promise<{
  readonly items: readonly Row[];
  readonly hasMore: boolean;
}>;

async function allOf<Row extends { readonly id: string }>(list: Listing<Row>): Promise<Row[]> {
  const found: Row[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await list({ limit: 100, cursor });
    found.push(...page.items);
    cursor = page.items.at(-1)?.id;
    if (!page.hasMore) return found;
  }
}

const allKeys = ({ store, workspaceId }: Keys): Promise<StoredApiKey[]> =>
  allOf((page) => store.list(workspaceId, page));

async function list(opened: Keys): Promise<number> {
  const rows = (await allKeys(opened)).map((key) => [
    key.prefix,
    key.revokedAt === null ? 'active' : 'revoked',
    key.createdAt.toISOString().slice(0, 10),
    key.scopes.join(','),
    key.senderProfileIds === null ? 'any' : String(key.senderProfileIds.length),
    key.name,
    key.id,
  ]);
  const table = [['PREFIX', 'STATE', 'CREATED', 'SCOPES', 'SENDERS', 'NAME', 'ID'], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  for (const row of table) {
    opened.terminal.line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  }
  return 0;
}

async function revoke(opened: Keys, which: string): Promise<number> {
  const matches = (await allKeys(opened)).filter((key) => key.id === which || key.prefix === which);
  const [match] = matches;
  if (match === undefined)
    throw new Problem(`No key has the id or the prefix "${which}".\nRun: ${typed('keys', 'list')}`);
  if (matches.length > 1) {
    throw new Problem(
      `${matches.length} keys have the prefix "${which}"; name the id of one of them:\n${matches.map(({ id, name }) => `  ${id}  ${name}`).join('\n')}`,
    );
  }
  await opened.store.revoke({ workspaceId: opened.workspaceId, id: match.id });
  const when = match.revokedAt === null ? 'Revoked' : 'Was revoked already:';
  opened.terminal.line(`${when} ${match.prefix} (${match.name}); it stops working within 10 s.`);
  return 0;
}
