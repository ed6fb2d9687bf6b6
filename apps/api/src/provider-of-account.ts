import type { CloseStack } from '@postroom/process';

type Options<Account, Provider> = {
  readonly closeStack: Pick<CloseStack, 'defer'>;
  /** An account of SES, as it is stored. */
  readonly find: (accountId: string) => Promise<Account | null>;
  readonly open: (account: Account) => Provider;
};

/**
 * Opens the provider of an account when it is first asked for, and keeps it. What closes all of them goes on the close stack
 * here, below whatever asks: noted when one is opened, in a request, it would come before the requests in hand have ended.
 */
export function openProviderOfAccount<Account, Provider extends { close(): void }>({
  closeStack,
  find,
  open,
}: Options<Account, Provider>): (accountId: string) => Promise<Provider> {
  const opened = new Map<string, Provider>();
  let isClosed = false;
  closeStack.defer('ses accounts', () => {
    isClosed = true;
    for (const provider of opened.values()) provider.close();
  });
  return async (accountId) => {
    const account = opened.has(accountId) ? null : await find(accountId);
    // Another request may have opened it meanwhile.
    const known = opened.get(accountId);
    if (known !== undefined) return known;
    if (account === null) throw new Error('a sender profile names an account that is not there');
    if (isClosed) throw new Error('an account was asked for after all of them were closed');
    const provider = open(account);
    opened.set(accountId, provider);
    return provider;
  };
}
