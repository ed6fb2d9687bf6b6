import { type Address, addressKey, maxRecipients, tellNames } from '@postroom/contracts';
import { profilesFull } from '../refusals.ts';
import type { AskedItem } from './asked-send.ts';
import type { Directory, KnownProfile, KnownTemplate } from './directory.ts';
import { type Rejection, reject } from './item-outcome.ts';
import { malformed } from './parse-item.ts';
import type { PlannedSend } from './planned-send.ts';
import { refusalOfGroup } from './resolve-group.ts';
import { resolveSender } from './resolve-sender.ts';
import { refusalOfTracking } from './resolve-tracking.ts';

/** Names the required variables that `data` lacks. */
export type MissingVariables = (required: readonly string[], data: unknown) => string[];

/** A recipient: someone known, or someone to be made known. `email` is where this send goes. */
export type ResolvedRecipient =
  | { readonly kind: 'known'; readonly profile: KnownProfile; readonly email: string }
  | { readonly kind: 'new'; readonly externalId: string | null; readonly email: string };

function knownRecipient(profile: KnownProfile, given: string | null): ResolvedRecipient | Rejection {
  const email = given ?? profile.email;
  if (email !== null) return { kind: 'known', profile, email };
  return reject('recipient_missing', 'the profile has no email address: give one in to.email');
}

const unknownExternalId = () =>
  reject(
    'not_found',
    'to.externalId is not known in this workspace: give to.email as well to create the profile',
    { field: 'to.externalId' },
  );

function full(): Rejection {
  const message = profilesFull('leave to.externalId out, or name one of them');
  return reject('validation_failed', message, { issues: [{ path: 'to.externalId', message }] });
}

/**
 * Finds whom an item goes to: by profile id, by external id, or by address. An address beside a known
 * profile is used for this send and changes no profile.
 */
function resolveRecipient(item: AskedItem, directory: Directory): ResolvedRecipient | Rejection {
  const given = item.to[0]?.email ?? null;
  const { externalId } = item;
  const byExternalId = externalId === null ? undefined : directory.profilesByExternalId.get(externalId);
  if (item.profileId) {
    const profile = directory.profilesById.get(item.profileId);
    if (profile === undefined) {
      return reject('not_found', `profileId ${item.profileId} is not a profile of this workspace`, {
        field: 'profileId',
      });
    }
    if (externalId === null || profile.externalId === externalId) return knownRecipient(profile, given);
    if (byExternalId === undefined && given === null) return unknownExternalId();
    return reject('profile_conflict', 'profileId and to.externalId name two different profiles');
  }
  if (externalId !== null) {
    if (byExternalId !== undefined) return knownRecipient(byExternalId, given);
    if (given === null) return unknownExternalId();
    return directory.fullKeys.has(addressKey(given)) ? full() : { kind: 'new', externalId, email: given };
  }
  if (given === null) return reject('recipient_missing', 'the item names no recipient');
  const profile = directory.profilesByEmailKey.get(addressKey(given));
  return profile === undefined
    ? { kind: 'new', externalId: null, email: given }
    : knownRecipient(profile, given);
}

/** Whom a send goes to beside its recipient, without those that repeat it. */
type Copies = {
  readonly toOthers: readonly Address[];
  readonly cc: readonly Address[];
  readonly bcc: readonly Address[];
};

function resolveCopies(email: string, { to, cc, bcc }: AskedItem): Copies | Rejection {
  const isOther = (address: Address) => addressKey(address.email) !== addressKey(email);
  const copies = { toOthers: to.slice(1).filter(isOther), cc: cc.filter(isOther), bcc: bcc.filter(isOther) };
  if (1 + copies.toOthers.length + copies.cc.length + copies.bcc.length <= maxRecipients) return copies;
  return malformed([
    { path: 'cc', message: `has more than ${maxRecipients} recipients in to, cc and bcc together` },
  ]);
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
  /** As in `AcceptBatchDeps`. */
  readonly marketingRefusal: string | null;
  readonly linkRefusal: string | null;
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
  const groupRefusal = refusalOfGroup(asked, directory, deps);
  if (groupRefusal !== null) return groupRefusal;
  const trackingRefusal = refusalOfTracking({ asked, profile: sender.profile }, deps);
  if (trackingRefusal !== null) return trackingRefusal;
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
    to: { email: recipient.email, name: asked.to[0]?.name ?? null },
    ...copies,
  };
}
