import type { SesAccount } from '@postroom/db';
import type { HoldsOfAll } from '@postroom/redis';

type Held = Awaited<ReturnType<HoldsOfAll['refresh']>>[number];

/** A part of the sending that is on hold; `account`: what the account is called that it is of, null for the environment's. */
export type HeldPart = Held & { readonly account: string | null };

/** What is held back, with the names of accounts. */
export function nameAccounts(
  held: readonly Held[],
  accounts: readonly Pick<SesAccount, 'id' | 'name'>[],
): readonly HeldPart[] {
  const nameOf = new Map(accounts.map(({ id, name }) => [id, name]));
  return held.map((part) => ({ ...part, account: nameOf.get(part.accountId ?? '') ?? null }));
}

/** What is held back, for a person. */
export function wordsOf({ scope, accountId, account }: HeldPart): string {
  if (account === null) return scope;
  return `${scope === `account:${accountId}` ? 'account' : scope} of ${account}`;
}
