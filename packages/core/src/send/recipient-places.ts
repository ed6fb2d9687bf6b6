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

/** Somebody whom an event is about, and what their server said, if that is known. */
type Told = { readonly email: string; readonly diagnostic?: string };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** What an event says of recipients: of each by their place, and what one of their servers said. */
type Said = { readonly recipients: unknown; readonly diagnostic: string | null | undefined };

/** Whose mail an event is about. */
type ToldOf = ShownRecipients & {
  /** It went to its primary recipient and to nobody else, so that an address that is not theirs is where theirs was forwarded to. */
  readonly isToOne: boolean;
};

const told = (email: string, diagnostic: unknown): Told =>
  typeof diagnostic === 'string' ? { email, diagnostic } : { email };

/**
 * Whom an event is about, by the places that are kept with it (`detail.recipients`). Without them it is about the primary
 * recipient; those of whom nobody may hear are left out. What one server said is everybody's only where it is not known whose
 * it is.
 */
export function recipientsIn({ recipients, diagnostic }: Said, send: ToldOf): readonly Told[] {
  if (!Array.isArray(recipients)) return [told(send.to.email, diagnostic)];
  const reports = recipients.filter(isObject);
  const isKnownWhose = reports.some((report) => typeof report.diagnostic === 'string');
  return reports.flatMap((report): Told[] => {
    const isForwarded = report.recipient === 'other' && send.isToOne;
    const email = addressAt(isForwarded ? 'to' : report.recipient, send);
    return email === null ? [] : [told(email, isKnownWhose ? report.diagnostic : diagnostic)];
  });
}
