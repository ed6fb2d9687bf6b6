import type { Context } from '../nouns/context.ts';

/** What a fault makes impossible, and how that is told. */
type Refusal = { readonly what: string; readonly words: RegExp; readonly act: () => Promise<unknown> };

/** Reports a fault that did not strike: what it makes impossible was done, or failed for another reason. */
export async function expectRefusal({ fail }: Context, { what, words, act }: Refusal): Promise<void> {
  const refusal = await act().then(
    () => null,
    (error: unknown) => String(error),
  );
  if (refusal === null) fail(`${what} was done although it was to be refused`);
  else if (!words.test(refusal)) fail(`${what} was not refused but failed: ${refusal}`);
}
