import type { ShownHold } from '@postroom/contracts';
import type { OperationStore, SesAccountStore } from '@postroom/db';
import type { HoldsOfAll } from '@postroom/redis';
import { within } from '../within.ts';

/** What is asked for the holds, and for the names of what they are about. */
export type HoldSources = {
  readonly operations: Pick<OperationStore, 'findAccountsOf' | 'findHoldScopes'>;
  readonly holds: HoldsOfAll;
  readonly accounts: Pick<SesAccountStore, 'list'>;
};

/** Whose view of the holds it is, whether it may name what is of the workspace, and what is of the installation. */
export type HoldViewer = {
  readonly workspaceId: string;
  readonly seesMail: boolean;
  readonly seesInstallation: boolean;
};

/** The holds that a viewer is shown. */
export type ReadHolds = (viewer: HoldViewer) => readonly ShownHold[];

/** How long the holds wait for what waits in which account, in milliseconds: they are told without it where much waits. */
const usedBudgetMs = 750;

const ofAccount = (accountId: string) => `account:${accountId}`;

/** Reads which accounts there are, and which of some workspaces use which. */
async function readAccounts({ operations, accounts }: HoldSources, workspaceIds: readonly string[]) {
  const [all, used] = await Promise.all([
    accounts.list(),
    within(operations.findAccountsOf(workspaceIds), usedBudgetMs),
  ]);
  return {
    names: new Map(all.map(({ id, name }) => [ofAccount(id), `The SES account ${name}`])),
    used: new Set((used ?? []).map((use) => `${use.workspaceId} ${ofAccount(use.accountId)}`)),
  };
}

/** Reads the holds, and for some viewers what they are called. What one of them is shown does not depend on the others. */
export async function readHolds(
  sources: HoldSources,
  viewers: readonly Pick<HoldViewer, 'seesMail' | 'workspaceId'>[],
): Promise<ReadHolds> {
  const active = await sources.holds.refresh();
  const owners = viewers.filter(({ seesMail }) => seesMail);
  const idsOf = (some: typeof viewers) => [...new Set(some.map(({ workspaceId }) => workspaceId))];
  const isAnyAccountHeld = active.some(({ scope }) => scope.startsWith(ofAccount('')));
  const accounts = isAnyAccountHeld ? await readAccounts(sources, idsOf(viewers)) : null;
  const own = new Map(
    active.length === 0
      ? []
      : await Promise.all(
          idsOf(owners).map(async (id) => [id, await sources.operations.findHoldScopes(id)] as const),
        ),
  );
  const nameFor = (scope: string, { workspaceId, seesMail, seesInstallation }: HoldViewer) => {
    if (scope === 'account') return 'The SES account';
    const account = accounts?.names.get(scope);
    if (account === undefined) return seesMail ? own.get(workspaceId)?.get(scope) : undefined;
    return seesInstallation || accounts?.used.has(`${workspaceId} ${scope}`) ? account : undefined;
  };
  return (viewer) =>
    active.flatMap(({ scope, reason, heldForMs }) => {
      const name = nameFor(scope, viewer);
      return name === undefined
        ? []
        : [{ scope, name, reason, heldForSeconds: Math.round(heldForMs / 1_000) }];
    });
}
