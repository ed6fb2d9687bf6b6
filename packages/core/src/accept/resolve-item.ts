import { addressKey } from '@postroom/contracts';
import type { Directory } from './directory.ts';
import { type Rejection, reject } from './item-outcome.ts';
import type { KnownTemplate } from './model.ts';
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
};

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
  const missing = missingVariables(template.requiredVariables, item.data ?? {});
  if (missing.length > 0) {
    return reject('missing_variables', `data lacks ${missing.join(', ')}, which the template always uses`, {
      missing,
    });
  }
  return { kind: 'resolved', parsed, template, sender, recipient };
}

/** The copies of an item without those that repeat its recipient. */
export function copiesBeside(email: string, { cc, bcc }: ParsedItem): Pick<ParsedItem, 'cc' | 'bcc'> {
  const isOther = (address: { readonly email: string }) => addressKey(address.email) !== addressKey(email);
  return { cc: cc.filter(isOther), bcc: bcc.filter(isOther) };
}
