import type { ShownHold } from '@postroom/contracts';
import { within } from '../within.ts';
import { toldOfReason } from './hold-reasons.ts';
import type { HeldScope, HoldSources, Viewer } from './now-sources.ts';

/** Whose view of the holds it is, whether it may name what is of the workspace, and what is of the installation. */
export type HoldViewer = Pick<Viewer, 'workspaceId' | 'seesMail' | 'isHost'> & {
  readonly seesInstallation: boolean;
};

/** The holds that a viewer is shown; null: there are some, and it cannot be told whether they are about the viewer's mail. */
export type ReadHolds = (viewer: HoldViewer) => readonly ShownHold[] | null;

/** How long the holds wait for the names of what they are about, in milliseconds: they are told without them then. */
const namesBudgetMs = 750;

const ofAccount = (accountId: string) => `account:${accountId}`;
const isOfAccount = (scope: string) => scope.startsWith(ofAccount(''));

/** What PostgreSQL knows of holds; null: it did not answer, or was not asked since nothing is of an account. */
type Names = {
  readonly accounts: ReadonlyMap<string, string> | null;
  readonly used: ReadonlySet<string> | null;
  readonly scopes: ReadonlyMap<string, ReadonlyMap<string, string> | null>;
};

/** Reads what is on hold is called: which accounts there are, which of some workspaces use which, and what is of these. */
async function readNames(
  { operations, accounts }: HoldSources,
  {
    ids,
    owners,
    ofSenders,
  }: {
    readonly ids: readonly string[];
    readonly owners: readonly string[];
    readonly ofSenders: readonly string[];
  },
  isAnyOfAccount: boolean,
): Promise<Names> {
  const asked = <Value>(source: Promise<Value>) => within(source, namesBudgetMs);
  const [all, used, scopes] = await Promise.all([
    isAnyOfAccount ? asked(accounts.list()) : null,
    isAnyOfAccount && ids.length > 0 ? asked(operations.findAccountsOf(ids)) : null,
    Promise.all(
      owners.map(async (id) => [id, await asked(operations.findHoldScopes(id, ofSenders))] as const),
    ),
  ]);
  return {
    accounts: all && new Map(all.map(({ id, name }) => [ofAccount(id), name])),
    used: used && new Set(used.map((use) => `${use.workspaceId} ${ofAccount(use.accountId)}`)),
    scopes: new Map(scopes),
  };
}

function nameOfAccount(scope: string, accounts: ReadonlyMap<string, string>): string | undefined {
  const name = accounts.get(scope);
  return name === undefined ? undefined : `The SES account ${name}`;
}

/** What is not of an account as a whole, for who sees all workspaces: by its scope, with the account if that is not the environment's. */
function nameOfPart({ scope, accountId }: HeldScope, accounts: Names['accounts']): string {
  if (accountId == null) return scope;
  const account = accounts?.get(ofAccount(accountId));
  return `${scope} of ${account ?? 'another account'}`;
}

/** What a viewer calls a scope; undefined: it is none of the viewer's; null: nobody knows just now. */
function nameFor(held: HeldScope, viewer: HoldViewer, { accounts, used, scopes }: Names) {
  const { scope } = held;
  const { workspaceId, seesMail, seesInstallation, isHost = false } = viewer;
  if (scope === 'account') return 'The SES account';
  if (isOfAccount(scope)) {
    // An account that was removed is called nothing, and is nobody's.
    if (seesInstallation) return accounts === null ? 'An SES account' : nameOfAccount(scope, accounts);
    if (accounts === null || used === null) return null;
    return used.has(`${workspaceId} ${scope}`) ? nameOfAccount(scope, accounts) : undefined;
  }
  if (isHost) return nameOfPart(held, accounts);
  if (!seesMail) return undefined;
  const own = scopes.get(workspaceId);
  return own == null ? null : own.get(scope);
}

/** Reads the holds, and for some viewers what they are called. What one of them is shown does not depend on the others. */
export async function readHolds(
  sources: HoldSources,
  viewers: readonly Pick<HoldViewer, 'seesMail' | 'workspaceId' | 'isHost'>[],
): Promise<ReadHolds> {
  const active = await sources.holds.refresh();
  const idsOf = (some: typeof viewers) => [...new Set(some.map(({ workspaceId }) => workspaceId))];
  const guests = viewers.filter(({ isHost = false }) => !isHost);
  const ofSenders = active
    .map(({ scope }) => scope)
    .filter((scope) => scope !== 'account' && !isOfAccount(scope));
  const asked = {
    ids: idsOf(guests),
    owners: ofSenders.length > 0 ? idsOf(guests.filter(({ seesMail }) => seesMail)) : [],
    ofSenders,
  };
  const names = await readNames(
    sources,
    asked,
    active.some(({ scope, accountId }) => isOfAccount(scope) || accountId != null),
  );
  return (viewer) => {
    const named = active.map((hold) => ({ ...hold, name: nameFor(hold, viewer, names) }));
    const shown = named.flatMap(({ scope, name, reason, heldForMs }) =>
      name == null
        ? []
        : [{ scope, name, reason, ...toldOfReason(reason), heldForSeconds: Math.round(heldForMs / 1_000) }],
    );
    return shown.length === 0 && named.some(({ name }) => name === null) ? null : shown;
  };
}
