import type { Random } from '@postroom/testkit';
import type { ClientSend, SendKind } from '../facts/client-log.ts';
import { recipientDomain, suppressedAddress, variableMark, type Workspace } from '../system/workspaces.ts';

/** A send that the load is going to ask for: its log, and its item or email. */
export type PlannedSend = { readonly log: ClientSend; readonly body: Readonly<Record<string, unknown>> };

/** Whether doubts of a send are ended by sending again, or by giving it up. */
export type Policy = 'resend' | 'hold';

export type SendPlan = {
  readonly workspace: Workspace;
  readonly key: string;
  readonly kind: SendKind;
  readonly policy: Policy;
  /** When it is going to be asked for, in milliseconds since 1970. */
  readonly atMs: number;
};

/** Kinds that are mixed into the load, each with the part of the sends that it has. */
const mix: readonly (readonly [SendKind, number])[] = [
  ['copied', 0.05],
  ['hostile', 0.03],
  ['scheduled', 0.03],
  ['canceled', 0.03],
  ['suppressed', 0.03],
  ['unsubscribed', 0.03],
  ['incomplete', 0.03],
  ['bounced', 0.01],
  ['complained', 0.01],
];

/** How far ahead scheduled sends are scheduled, and the half of the canceled ones, in milliseconds. */
const aheadMs = { scheduled: 3_000, canceled: 4_000 } as const;

/** Picks what the next send is to be. */
export function pickKind(random: Random): SendKind {
  let left = random();
  for (const [kind, part] of mix) {
    if (left < part) return kind;
    left -= part;
  }
  return 'plain';
}

/** A key as a part of an address. */
const nameOf = (key: string) => key.toLowerCase().replaceAll('/', '.');

function addressOf({ kind, key }: SendPlan): string {
  const name = nameOf(key);
  if (kind === 'suppressed') return suppressedAddress;
  if (kind === 'bounced') return `bounce+${name}@simulator.amazonses.com`;
  if (kind === 'complained') return `complaint+${name}@simulator.amazonses.com`;
  return `${name}@${recipientDomain}`;
}

/** Half of the canceled ones wait for a time, so that the cancellation surely comes before the claim. */
function scheduleOf({ kind, key, atMs }: SendPlan): number | null {
  if (kind === 'scheduled') return atMs + aheadMs.scheduled;
  return kind === 'canceled' && key.endsWith('0') ? atMs + aheadMs.canceled : null;
}

const copyOf = (key: string) => `copy-${nameOf(key)}@${recipientDomain}`;
const blindOf = (key: string) => `blind-${nameOf(key)}@${recipientDomain}`;

const copiesOf = (key: string) => ({
  cc: [`"Copy, First" <${copyOf(key)}>`, suppressedAddress],
  bcc: [blindOf(key)],
});

function logOf(plan: SendPlan, scheduledAtMs: number | null): ClientSend {
  const { workspace, key, kind } = plan;
  const copies = kind === 'copied' ? [copyOf(key), blindOf(key)] : [];
  return {
    workspaceId: workspace.id,
    key,
    kind,
    recipients: [addressOf(plan), ...copies],
    scheduledAtMs,
    tries: [],
    cancel: null,
  };
}

function dataOf({ kind, key }: SendPlan): Readonly<Record<string, unknown>> {
  if (kind === 'incomplete') return { other: variableMark };
  if (kind === 'poison') {
    // Objects: Handlebars takes equal texts in each other for one context, and the loops for one.
    return { name: variableMark, a: Array.from({ length: 200 }, (_, at) => ({ at })) };
  }
  const breakOut = kind === 'hostile' ? `\r\nBcc: thief@evil.example\r\n\r\n<b>\u2028` : '';
  return { name: `${variableMark}-${key}${breakOut}` };
}

function groupOf({ kind, workspace, policy }: SendPlan): string | null {
  if (kind === 'unsubscribed') return workspace.closedGroupId;
  // What recipients can unsubscribe from is marketing mail, whose doubts are held.
  return policy === 'hold' ? workspace.openGroupId : null;
}

/** Makes one item of the items dialect. */
export function planItem(plan: SendPlan): PlannedSend {
  const { workspace, key, kind } = plan;
  const scheduledAtMs = scheduleOf(plan);
  const group = groupOf(plan);
  return {
    log: logOf(plan, scheduledAtMs),
    body: {
      idempotencyKey: key,
      templateId: kind === 'poison' ? workspace.poisonTemplateId : workspace.templateId,
      to: { email: addressOf(plan) },
      data: dataOf(plan),
      ...(kind === 'copied' ? copiesOf(key) : {}),
      ...(group === null ? {} : { subscriptionGroupId: group }),
      ...(scheduledAtMs === null ? {} : { scheduledAt: new Date(scheduledAtMs).toISOString() }),
    },
  };
}

/** Makes one email of the emails dialect, which has neither template nor data. */
export function planEmail(plan: SendPlan, from: string): PlannedSend {
  const { key, kind, policy } = plan;
  const subject = `Hello ${variableMark}-${key}`;
  return {
    log: logOf(plan, null),
    body: {
      from,
      to: [addressOf(plan)],
      subject,
      text: subject,
      type: policy === 'hold' ? 'marketing' : 'transactional',
      ...(kind === 'copied' ? copiesOf(key) : {}),
    },
  };
}
