import { type Address, addressKey, maxRecipients, tellNames } from '@postroom/contracts';
import type { AskedItem } from './asked-send.ts';
import type { Directory, KnownTemplate } from './directory.ts';
import { type Rejection, reject } from './item-outcome.ts';
import type { PlannedSend } from './planned-send.ts';
import { type ResolvedRecipient, resolveRecipient } from './resolve-recipient.ts';
import { resolveSender } from './resolve-sender.ts';

/** Names the required variables that `data` lacks. */
export type MissingVariables = (required: readonly string[], data: unknown) => string[];

/** The copies of a send, without those that repeat its recipient. */
type Copies = { readonly cc: readonly Address[]; readonly bcc: readonly Address[] };

function resolveCopies(email: string, { cc, bcc }: AskedItem): Copies | Rejection {
  const isOther = (address: Address) => addressKey(address.email) !== addressKey(email);
  const copies = { cc: cc.filter(isOther), bcc: bcc.filter(isOther) };
  if (1 + copies.cc.length + copies.bcc.length <= maxRecipients) return copies;
  const message = `has more than ${maxRecipients} recipients in to, cc and bcc together`;
  return reject('validation_failed', message, { issues: [{ path: 'cc', message }] });
}

function resolveTemplate(templateId: string, directory: Directory): KnownTemplate | Rejection {
  const template = directory.templates.get(templateId);
  if (template === undefined) {
    return reject('not_found', `templateId ${templateId} is not a template of this workspace`, {
      field: 'templateId',
    });
  }
  if (template.isActive) return template;
  return reject('template_not_active', `template ${templateId} is archived: unarchive it or use another one`);
}

type ResolveItemDeps = {
  readonly missingVariables: MissingVariables;
  /** The profile of a recipient: the known one, or one of those that are to be made. */
  readonly profileIdOf: (recipient: ResolvedRecipient) => string;
};

/** Checks one item against what exists in the workspace. The first thing that is wrong is told. */
export function resolveItem(
  asked: AskedItem,
  directory: Directory,
  deps: ResolveItemDeps,
): PlannedSend<AskedItem> | Rejection {
  const template = resolveTemplate(asked.templateId, directory);
  if ('kind' in template) return template;
  const sender = resolveSender(asked, template, directory);
  if (sender.kind === 'rejected') return sender;
  const group = asked.subscriptionGroupId;
  if (group !== null && !directory.groupIds.has(group)) {
    const message = `subscriptionGroupId ${group} is not a subscription group of this workspace`;
    return reject('not_found', message, { field: 'subscriptionGroupId' });
  }
  const recipient = resolveRecipient(asked, directory);
  if (recipient.kind === 'rejected') return recipient;
  const copies = resolveCopies(recipient.email, asked);
  if ('kind' in copies) return copies;
  const missing = deps.missingVariables(template.requiredVariables, asked.data ?? {});
  if (missing.length > 0) {
    const { shown, text } = tellNames(missing);
    return reject('missing_variables', `data lacks ${text}, which the template always uses`, {
      missing: shown,
    });
  }
  return {
    kind: 'new',
    asked,
    key: asked.key,
    failure: null,
    template,
    profile: sender.profile,
    from: sender.from,
    recipientId: deps.profileIdOf(recipient),
    to: { email: recipient.email, name: null },
    toOthers: [],
    ...copies,
  };
}
