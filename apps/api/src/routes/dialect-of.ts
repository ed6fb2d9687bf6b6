/** How strongly a field says that one send is an item, or an email; `from`, `subject` and the rest belong to both. */
type Weights = ReadonlyMap<string, number>;

const ofItems: Weights = new Map([
  ['templateId', 4],
  ['profileId', 4],
  ['subscriptionGroupId', 2],
  ['senderProfileId', 2],
  ['data', 1],
  ['replyTo', 1],
  ['scheduledAt', 1],
]);

const ofEmails: Weights = new Map([
  ['html', 3],
  ['text', 3],
  ['type', 1],
  ['reply_to', 1],
  ['scheduled_at', 1],
  ['idempotency_key', 1],
]);

/** An item names one recipient, an email lists addresses. */
const ofRecipients = 2;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function weigh(body: Readonly<Record<string, unknown>>, weights: Weights): number {
  return [...weights].reduce((sum, [name, weight]) => sum + (Object.hasOwn(body, name) ? weight : 0), 0);
}

/** Which dialect the body of one send is in by all that it holds, or why it is in none. */
export type DialectOfOne =
  | { readonly kind: 'item' | 'email' }
  | { readonly kind: 'neither'; readonly path: string; readonly message: string };

const neither = (path: string, message: string): DialectOfOne => ({ kind: 'neither', path, message });

/** Weighs all fields of a body, so that a single misspelt one changes nothing; pure. */
export function dialectOf(body: unknown): DialectOfOne {
  if (!isObject(body)) {
    return neither('', 'must be an object, one item or one email: several go to POST /api/v1/emails/batch');
  }
  const to = Object.hasOwn(body, 'to') ? body.to : undefined;
  const isListed = Array.isArray(to) || typeof to === 'string';
  const item = weigh(body, ofItems) + (isObject(to) ? ofRecipients : 0);
  const email = weigh(body, ofEmails) + (isListed ? ofRecipients : 0);
  if (item > 0 || email > 0) return { kind: item > email ? 'item' : 'email' };
  for (const name of ['emails', 'items']) {
    if (Object.hasOwn(body, name)) {
      return neither(name, 'belongs to POST /api/v1/emails/batch: this route takes one send, without it');
    }
  }
  return neither(
    '',
    'must hold one send: an email has from, to, subject and html or text; an item has templateId and to or profileId',
  );
}
