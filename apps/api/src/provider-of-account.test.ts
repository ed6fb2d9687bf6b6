import { expect, test } from '@jest/globals';
import { createCloseStack, createLogger } from '@postroom/process';
import { openProviderOfAccount } from './provider-of-account.ts';

/** Providers of accounts that are found at once, each with its name, and what was told of them. */
function start() {
  const told: string[] = [];
  const closeStack = createCloseStack(createLogger({ service: 'test', level: 'silent' }));
  const providerOf = openProviderOfAccount({
    closeStack,
    find: async (id) => (id === 'none' ? null : { id }),
    open: ({ id }) => {
      told.push(`${id} opened`);
      return { id, close: () => void told.push(`${id} closed`) };
    },
  });
  return { told, closeStack, providerOf };
}

test('a provider is there until the requests in hand have ended, also one that such a request opens', async () => {
  const { told, closeStack, providerOf } = start();
  closeStack.defer('http', async () => {
    await providerOf('late');
    told.push('requests ended');
  });
  await providerOf('first');
  await closeStack.closeAll(1_000);
  expect(told).toEqual(['first opened', 'late opened', 'requests ended', 'first closed', 'late closed']);
});

test('none is opened that nothing would close', async () => {
  const { told, closeStack, providerOf } = start();
  const asked = providerOf('first');
  await Promise.all([closeStack.closeAll(1_000), expect(asked).rejects.toThrow('closed')]);
  expect(told).toEqual([]);
});

test('two requests at once for an account open it once; one that is not there is refused', async () => {
  const { told, providerOf } = start();
  const [one, other] = await Promise.all([providerOf('first'), providerOf('first')]);
  expect(one).toBe(other);
  expect(told).toEqual(['first opened']);
  await expect(providerOf('none')).rejects.toThrow('not there');
});
