import type { OrderData } from './order-template.ts';

/** How many items the demonstration posts. */
export const batchSize = 100;

/** The item that is wrong on purpose. */
const wrongIndex = 56;

/** The item whose mail comes back. */
export const bouncingIndex = 77;

const firstNames = ['Ada', 'Grace', 'Alan', 'Barbara', 'Edsger', 'Radia', 'Donald', 'Frances', 'Ken', 'Hedy'];
const lastNames = [
  'Lindqvist',
  'Okafor',
  'Moreau',
  'Tanaka',
  'Kowalski',
  'Silva',
  'Haddad',
  'Novak',
  'Byrne',
  'Rossi',
];
const goods = [
  { title: 'Laid paper, A5, 100 sheets', cents: 1_450 },
  { title: 'Envelopes, lined, 25', cents: 980 },
  { title: 'Sealing wax, oxblood', cents: 720 },
] as const;

const euros = (cents: number) => `€${(cents / 100).toFixed(2)}`;

/** The customer of one item: ten first names by ten last names, so that a hundred differ. */
export function customerAt(index: number): {
  readonly name: string;
  readonly email: string;
  readonly id: string;
} {
  const first = firstNames[index % 10] ?? 'Ada';
  const last = lastNames[Math.floor(index / 10) % 10] ?? 'Lindqvist';
  const email = `${first}.${last}@example.com`.toLowerCase();
  return { name: `${first} ${last}`, email, id: `customer-${index + 1}` };
}

/** What the template is filled with for one item. */
export function orderDataAt(index: number): OrderData {
  const lines = goods.slice(0, 1 + (index % goods.length)).map(({ title, cents }, at) => {
    const quantity = 1 + ((index + at) % 3);
    return { quantity, title, cents: cents * quantity };
  });
  const total = lines.reduce((sum, { cents }) => sum + cents, 0);
  return {
    name: customerAt(index).name,
    order: {
      number: `PR-${10_000 + index}`,
      arrives: 'Friday',
      lines: lines.map(({ quantity, title, cents }) => ({ quantity, title, price: euros(cents) })),
      total: euros(total),
    },
  };
}

/**
 * A request of the items dialect: 99 orders, one of them to the mailbox of SES's simulator that bounces, and one whose
 * address is none. `runId` makes its keys new, and that mailbox one that no earlier run had suppressed.
 */
export function demoBatch(
  runId: string,
  ids: { readonly templateId: string; readonly senderProfileId: string },
) {
  return {
    items: Array.from({ length: batchSize }, (_, index) => {
      const idempotencyKey = `quickstart-${runId}-${index}`;
      return { idempotencyKey, to: recipientAt(index, runId), data: orderDataAt(index) };
    }),
    defaults: { ...ids, tracking: { clicks: true } },
  };
}

function recipientAt(index: number, runId: string) {
  if (index === bouncingIndex) return { email: `bounce+${runId}@simulator.amazonses.com` };
  const { email, id } = customerAt(index);
  return { email: index === wrongIndex ? email.replace('@', ' at ') : email, externalId: id };
}
