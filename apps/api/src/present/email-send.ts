import type { Address, EmailSend, ShownOptions } from '@postroom/contracts';
import type { StoredSend } from '@postroom/core';

const mailbox = ({ email, name }: Address) => ({ email, name });

/** The given subject, else the rendered one, else the template's as it was frozen. */
export const subjectOf = (send: StoredSend): string =>
  send.subject ?? send.renderedSubject ?? send.snapshotSubject;

/** What both dialects show of a send under one name. */
export const presentOptions = ({ tags, delivery, simulated }: StoredSend): ShownOptions => ({
  tags: [...tags],
  delivery,
  simulated,
});

/** A send as the items dialect shows it. Blind copies and template data are left out on purpose. */
export function presentEmailSend(send: StoredSend): EmailSend {
  return {
    id: send.id,
    status: send.status,
    templateId: send.templateId,
    templateSnapshotId: send.snapshotId,
    senderProfileId: send.senderProfileId,
    from: mailbox(send.from),
    replyTo: send.replyTo === null ? null : mailbox(send.replyTo),
    subject: subjectOf(send),
    subscriptionGroupId: send.subscriptionGroupId,
    profileId: send.profileId,
    to: { email: send.to.email },
    cc: send.cc.map(mailbox),
    messageId: send.messageId,
    failureMessage: send.failureMessage,
    createdAt: send.createdAt.toISOString(),
    updatedAt: send.updatedAt.toISOString(),
    providerMessageId: send.providerMessageId,
    scheduledAt: send.scheduledAt?.toISOString() ?? null,
    ...(send.contentRemovedAt === null ? {} : { contentRemovedAt: send.contentRemovedAt.toISOString() }),
    ...presentOptions(send),
  };
}
