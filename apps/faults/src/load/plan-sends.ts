import type { Random } from '@postroom/servers';
import type { ClientSend, SendKind } from '../nouns/client-log.ts';
import type { PlannedSend, SendPlan } from '../nouns/plan.ts';
import {
  greetingOf,
  ownTextOf,
  recipientDomain,
  suppressedAddress,
  variableMark,
} from '../nouns/workspace.ts';

/** Kinds that are mixed into the load, each with the part of the sends that it has. */
const mix: readonly (readonly [SendKind, number])[] = [
  ['copied', 0.05],
  ['hostile', 0.03],
  ['scheduled', 0.03],
  ['canceled', 0.03],
  ['suppressed', 0.03],
  ['unsubscribed', 0.03],
  ['suppressed_later', 0.02],
  ['unsubscribed_later', 0.02],
  ['incomplete', 0.03],
  ['bounced', 0.01],
  ['complained', 0.01],
];

/** Every kind that is mixed into a load. */
export const mixedKinds: readonly SendKind[] = mix.map(([kind]) => kind);

/** How far ahead scheduled sends are scheduled, and the half of the canceled ones, in milliseconds. */
const aheadMs = { scheduled: 3_000, canceled: 4_000, refused: 4_000 } as const;

/** Picks what the next send is to be. */
export function pickKind(random: Random): SendKind {
  let left = random();
  for (const [kind, part] of mix) {
    if (left < part) return kind;
    left -= part;
  }
  return 'plain';
}

/** Kinds of which somebody may be erased: what becomes of the others has reasons enough. */
const erasedKinds: readonly SendKind[] = ['plain', 'copied', 'scheduled'];

/** Picks who is erased of a send of that kind, for so many of them. */
export function pickErasure(random: Random, kind: SendKind, share: number): SendPlan['erasure'] {
  if (share === 0 || !erasedKinds.includes(kind) || random() >= share) return undefined;
  if (kind === 'copied' && random() < 0.5) return { is: 'copy', by: 'email' };
  return { is: 'recipient', by: random() < 0.5 ? 'profile' : 'email' };
}

type Named = Pick<SendPlan, 'workspace' | 'key'>;

/** A workspace and a key of it as a part of an address. */
const nameOf = ({ workspace, key }: Named) => `${workspace.name}.${key.toLowerCase().replaceAll('/', '.')}`;

const ownText = ({ workspace, key }: Named) => ownTextOf(workspace, key);

const subjectOf = (plan: Named) => `${greetingOf(plan.workspace)} ${ownText(plan)}`;

function addressOf(plan: SendPlan): string {
  const { kind } = plan;
  const name = nameOf(plan);
  if (kind === 'suppressed') return suppressedAddress;
  if (kind === 'bounced') return `bounce+${name}@simulator.amazonses.com`;
  if (kind === 'complained') return `complaint+${name}@simulator.amazonses.com`;
  return `${name}@${recipientDomain}`;
}

/** The number of its key picks which of the workspace's templates a send that runs away has. */
function poisonTemplateOf({ workspace, key }: SendPlan): string | undefined {
  const { poisonTemplateIds } = workspace;
  return poisonTemplateIds[Number(/\d+$/.exec(key)?.[0] ?? 0) % poisonTemplateIds.length];
}

/** Those of even numbers: half of the canceled ones wait for a time, so that they surely are not claimed before. */
const isEven = (key: string) => /[02468]$/.test(key);

function scheduleOf({ kind, key, atMs }: SendPlan): number | null {
  if (kind === 'scheduled') return atMs + aheadMs.scheduled;
  if (kind === 'suppressed_later' || kind === 'unsubscribed_later') return atMs + aheadMs.refused;
  return kind === 'canceled' && isEven(key) ? atMs + aheadMs.canceled : null;
}

const copyOf = (plan: Named) => `copy-${nameOf(plan)}@${recipientDomain}`;
const blindOf = (plan: Named) => `blind-${nameOf(plan)}@${recipientDomain}`;

const copiesOf = (plan: Named) => ({
  cc: [`"Copy, First" <${copyOf(plan)}>`, suppressedAddress],
  bcc: [blindOf(plan)],
});

function logOf(plan: SendPlan, scheduledAtMs: number | null): ClientSend {
  const { workspace, key, kind, erasure } = plan;
  const copies = kind === 'copied' ? [copyOf(plan), blindOf(plan)] : [];
  return {
    workspaceId: workspace.id,
    key,
    kind,
    from: workspace.sender,
    subject: subjectOf(plan),
    recipients: [addressOf(plan), ...copies],
    scheduledAtMs,
    tries: [],
    cancel: null,
    refusal: null,
    erasure:
      erasure === undefined
        ? null
        : {
            ...erasure,
            email: erasure.is === 'copy' ? copyOf(plan) : addressOf(plan),
            answered: null,
            id: null,
          },
  };
}

function dataOf(plan: SendPlan): Readonly<Record<string, unknown>> {
  const { kind } = plan;
  if (kind === 'incomplete') return { other: variableMark };
  if (kind === 'poison') {
    // Objects: Handlebars takes equal texts in each other for one context, and the loops for one.
    return { name: variableMark, a: Array.from({ length: 200 }, (_, at) => ({ at })) };
  }
  const breakOut = kind === 'hostile' ? `\r\nBcc: thief@evil.example\r\n\r\n<b>\u2028` : '';
  return { name: `${ownText(plan)}${breakOut}` };
}

function groupOf({ kind, workspace, policy }: SendPlan): string | null {
  if (kind === 'unsubscribed') return workspace.closedGroupId;
  if (kind === 'unsubscribed_later') return workspace.openGroupId;
  // What recipients can unsubscribe from is marketing mail, whose doubts are held.
  return policy === 'hold' ? workspace.openGroupId : null;
}

function refusalOf(plan: SendPlan): Pick<PlannedSend, 'refusal'> {
  const email = addressOf(plan);
  if (plan.kind === 'suppressed_later') {
    const body = JSON.stringify({ email, reason: 'Manual' });
    return { refusal: { method: 'POST', path: '/suppressions', body } };
  }
  if (plan.kind !== 'unsubscribed_later') return {};
  const path = `/subscription-groups/${plan.workspace.openGroupId}/subscriptions`;
  return { refusal: { method: 'PUT', path, body: JSON.stringify({ email, subscribed: false }) } };
}

/** Makes one item of the items dialect. */
export function planItem(plan: SendPlan): PlannedSend {
  const { workspace, key, kind } = plan;
  const scheduledAtMs = scheduleOf(plan);
  const group = groupOf(plan);
  return {
    ...refusalOf(plan),
    log: logOf(plan, scheduledAtMs),
    body: {
      idempotencyKey: key,
      templateId: kind === 'poison' ? poisonTemplateOf(plan) : workspace.templateId,
      to: { email: addressOf(plan) },
      data: dataOf(plan),
      ...(kind === 'copied' ? copiesOf(plan) : {}),
      ...(group === null ? {} : { subscriptionGroupId: group }),
      ...(scheduledAtMs === null ? {} : { scheduledAt: new Date(scheduledAtMs).toISOString() }),
    },
  };
}

/** Makes one email of the emails dialect, which has neither template nor data. */
export function planEmail(plan: SendPlan): PlannedSend {
  const { kind, policy, workspace } = plan;
  const subject = subjectOf(plan);
  return {
    log: logOf(plan, null),
    body: {
      from: workspace.sender,
      to: [addressOf(plan)],
      subject,
      text: subject,
      type: policy === 'hold' ? 'marketing' : 'transactional',
      ...(kind === 'copied' ? copiesOf(plan) : {}),
    },
  };
}
