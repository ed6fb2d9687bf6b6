import type { ResourceRef } from '../resource-ref.ts';
import { type LinkedSend, openUnsubscribeLink, type UnsubscribeDeps } from './unsubscribe-link.ts';

/** A group of the workspace beside that of the link, and whether the recipient gets its mail. */
export type OtherGroup = { readonly id: string; readonly name: string; readonly isSubscribed: boolean };

/** A send, and which of its recipients a link is of. */
export type LinkRef = ResourceRef & Pick<LinkedSend, 'place'>;

/** The other groups that the holder of a link may choose among; `isCut`: there are more than are shown. */
export type OtherGroups = { readonly groups: readonly OtherGroup[]; readonly isCut: boolean };

/** What the holder of a link wants of one group. */
export type GroupWish = { readonly groupId: string; readonly isSubscribed: boolean };

/** What a link shows: the send that it is of, and what else there is to choose. */
export type Preferences = OtherGroups & { readonly send: LinkedSend };

export type PreferenceDeps = UnsubscribeDeps & {
  readonly preferences: {
    /** The groups that the recipient of a link may see, but for the send's own. */
    others(link: LinkRef): Promise<OtherGroups>;
    /** Keeps the wishes of that recipient, all or none; answers those that changed anything. Null as for `subscribe`. */
    save(
      link: Pick<LinkRef, 'id' | 'place'>,
      wishes: readonly GroupWish[],
    ): Promise<readonly GroupWish[] | null>;
  };
};

/** What the link of a send shows. */
export const preferencesOf = async (
  { preferences }: Pick<PreferenceDeps, 'preferences'>,
  send: LinkedSend,
): Promise<Preferences> => ({ send, ...(await preferences.others(send)) });

/**
 * Keeps what the holder of a link chose: `changes` are the wishes that changed anything. The link of a test key's mail
 * changes nothing. Null as for `openUnsubscribeLink`.
 */
export async function savePreferences(
  deps: PreferenceDeps,
  token: string,
  wishes: readonly GroupWish[],
): Promise<{ readonly shown: Preferences; readonly changes: readonly GroupWish[] } | null> {
  const send = await openUnsubscribeLink(deps, token);
  if (send === null) return null;
  const isKept = !send.isSimulated && wishes.length > 0;
  const changes = isKept ? await deps.preferences.save(send, wishes) : [];
  return changes && { shown: await preferencesOf(deps, send), changes };
}
