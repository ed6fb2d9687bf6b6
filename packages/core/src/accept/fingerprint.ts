import { createHash } from 'node:crypto';
import { type Address, addressKey, type BatchItem, canonicalJson } from '@postroom/contracts';

const comparable = (address: Address) => [addressKey(address.email), address.name];

/**
 * SHA-256, in hex, of what a merged and parsed item asks for. Two items that ask for the same have the
 * same one, whatever the order of their keys, the form of their addresses, whether a value came from the
 * defaults or from the item, and whether a field was null or left out. The key is no part of it.
 */
export function fingerprintOf(
  item: BatchItem,
  recipients: { cc: readonly Address[]; bcc: readonly Address[] },
): string {
  const parts = {
    template: item.templateId,
    profile: item.profileId ?? undefined,
    to: item.to?.email ? addressKey(item.to.email) : undefined,
    externalId: item.to?.externalId ?? undefined,
    sender: item.senderProfileId ?? undefined,
    from: item.from ? comparable(item.from) : undefined,
    replyTo: item.replyTo ? comparable(item.replyTo) : undefined,
    subject: item.subject ?? undefined,
    group: item.subscriptionGroupId ?? undefined,
    cc: recipients.cc.map(comparable),
    bcc: recipients.bcc.map(comparable),
    data: item.data ?? undefined,
    clicks: item.tracking?.clicks ?? undefined,
    opens: item.tracking?.opens ?? undefined,
  };
  return createHash('sha256').update(canonicalJson(parts)).digest('hex');
}
