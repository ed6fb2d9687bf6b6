import { type Address, addressKey } from '@postroom/contracts';

/** A filter that lets each address through once, over all lists that it is used on, in that order. */
export function firstOnly(): (address: Pick<Address, 'email'>) => boolean {
  const seen = new Set<string>();
  return ({ email }) => {
    const key = addressKey(email);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  };
}
