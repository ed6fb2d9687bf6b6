import { variablesFrom } from './content.ts';

/** Items in one request: as many as the API takes. */
export const batchSize = 100;

/** Whether the recipients of a batch have profiles already, or get them with it. */
export type Recipients = 'known' | 'new';

/** Makes request bodies, of 100 items each unless told; no idempotency key comes twice. */
export type Mailbag = { bodies(count: number, recipients: Recipients, items?: number): readonly Buffer[] };

/** Makes a mailbag that goes round `knownRecipients` addresses, and has ever new ones beside them. */
export function createMailbag(options: {
  readonly templateId: string;
  readonly seed: number;
  readonly knownRecipients: number;
  /** Whether clicks and opens of its emails are recorded. */
  readonly isTracked?: boolean;
}): Mailbag {
  const { templateId, seed, knownRecipients, isTracked = false } = options;
  const nextVariables = variablesFrom(seed);
  let items = 0;
  const nextItem = (recipients: Recipients) => {
    items += 1;
    const name = recipients === 'known' ? `known-${items % knownRecipients}` : `new-${items}`;
    return {
      idempotencyKey: `bench-${seed}-${isTracked ? 'tracked-' : ''}${items}`,
      templateId,
      to: { email: `${name}@recipients.example.com` },
      data: nextVariables(),
      ...(isTracked ? { tracking: { clicks: true, opens: true } } : {}),
    };
  };
  const nextBody = (recipients: Recipients, length: number) =>
    Buffer.from(JSON.stringify({ items: Array.from({ length }, () => nextItem(recipients)) }));
  return {
    bodies: (count, recipients, length = batchSize) =>
      Array.from({ length: count }, () => nextBody(recipients, length)),
  };
}
