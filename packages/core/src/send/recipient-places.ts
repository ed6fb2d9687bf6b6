import type { Address } from '@postroom/contracts';

/** Stands where the address of an erased recipient was, whose place stays: nobody can have it (RFC 2606 section 2). */
export const erasedEmail = 'erased@erased.invalid';

/** Whether somebody was erased from this place: it gets no mail. */
export const isErased = ({ email }: Address): boolean => email === erasedEmail;

/** Whom a send goes to, as far as others may hear of them. */
export type ShownRecipients = {
  readonly to: Address;
  readonly toOthers: readonly Address[];
  readonly cc: readonly Address[];
};

/** The address that a place in a send stands for: `to`, `to[1]`, `cc[0]`. Null: nobody's, or one of whom nobody may hear. */
export function addressAt(place: unknown, { to, toOthers, cc }: ShownRecipients): string | null {
  const [, list, at] = /^(to|cc)(?:\[(\d+)\])?$/.exec(String(place)) ?? [];
  if (list === 'to') return at === undefined ? to.email : (toOthers[Number(at) - 1]?.email ?? null);
  return list === 'cc' ? (cc[Number(at)]?.email ?? null) : null;
}

/** Somebody whom an event is about, and what their server said, if that is known of them alone. */
type Told = { readonly email: string; readonly diagnostic?: string };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/**
 * Whom an event is about, by the places that are kept with it (`detail.recipients`). Without them it is about the primary
 * recipient; those of whom nobody may hear are left out.
 */
export function recipientsIn(recipients: unknown, send: ShownRecipients): readonly Told[] {
  if (!Array.isArray(recipients)) return [{ email: send.to.email }];
  return recipients.filter(isObject).flatMap(({ recipient, diagnostic }): Told[] => {
    const email = addressAt(recipient, send);
    if (email === null) return [];
    return [{ email, ...(typeof diagnostic === 'string' ? { diagnostic } : {}) }];
  });
}
