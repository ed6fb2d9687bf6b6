import { type Address, addressKey, maxRecipients, tellNames } from '@postroom/contracts';
import type { Directory } from './directory.ts';
import { type Rejection, reject } from './item-outcome.ts';
import type { KnownTemplate } from './known.ts';
import type { ParsedItem } from './parse-item.ts';
import { type ResolvedRecipient, resolveRecipient } from './resolve-recipient.ts';
import { type ResolvedSender, resolveSender } from './resolve-sender.ts';

/** Names the required variables that `data` lacks. */
export type MissingVariables = (required: readonly string[], data: unknown) => string[];

/** An item that will be accepted unless its key turns out to be taken. */
export type ResolvedItem = {
  readonly kind: 'resolved';
  readonly parsed: ParsedItem;
  readonly template: KnownTemplate;
  readonly sender: ResolvedSender;
  readonly recipient: ResolvedRecipient;
  readonly copies: Copies;
};

/** The copies of a send, without those that repeat its recipient. */
type Copies = { readonly cc: readonly Address[]; readonly bcc: readonly Address[] };

function resolveCopies(email: string, { cc, bcc }: ParsedItem): Copies | Rejection {
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

/** Checks one item against what exists in the workspace. Pure; the first thing that is wrong is told. */
export function resolveItem(
  parsed: ParsedItem,
  directory: Directory,
  missingVariables: MissingVariables,
): ResolvedItem | Rejection {
  const { item } = parsed;
  const template = resolveTemplate(item.templateId, directory);
  if ('kind' in template) return template;
  const sender = resolveSender(parsed, template, directory);
  if (sender.kind === 'rejected') return sender;
  if (item.subscriptionGroupId && !directory.groupIds.has(item.subscriptionGroupId)) {
    const message = `subscriptionGroupId ${item.subscriptionGroupId} is not a subscription group of this workspace`;
    return reject('not_found', message, { field: 'subscriptionGroupId' });
  }
  const recipient = resolveRecipient(parsed, directory);
  if (recipient.kind === 'rejected') return recipient;
  const copies = resolveCopies(recipient.email, parsed);
  if ('kind' in copies) return copies;
  const missing = missingVariables(template.requiredVariables, item.data ?? {});
  if (missing.length > 0) {
    const { shown, text } = tellNames(missing);
    return reject('missing_variables', `data lacks ${text}, which the template always uses`, {
      missing: shown,
    });
  }
  return { kind: 'resolved', parsed, template, sender, recipient, copies };
}
