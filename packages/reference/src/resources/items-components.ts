import {
  acceptedItemSchema,
  batchItemSchema,
  emailSendSchema,
  itemDefaultsSchema,
  itemsBatchRequestSchema,
  itemsBatchResponseSchema,
  itemsDryRunResponseSchema,
  rejectedItemSchema,
  renderedContentSchema,
  renderWarningSchema,
} from '@postroom/contracts';
import * as z from 'zod';
import { answerObject, type Component, refTo, requestObject } from '../component.ts';
import { itemErrorTable } from '../error-meanings.ts';

const recipientSchema = batchItemSchema.shape.to.unwrap().unwrap();

const sharedNotes = {
  senderProfileId:
    "The sender profile to send from. Absent: the template's. Must agree with `from` when both are given.",
  from: 'The sender. Must be verified in this workspace: an address of a verified sender profile, or of a verified domain.',
  replyTo: "Where answers go. Absent: the sender profile's.",
  subject:
    'Final text: one line, mailed and shown without spaces around it, and with one space for each run of controls. ' +
    "Absent: the template's subject, frozen now and rendered by the worker.",
  subscriptionGroupId:
    'The group that the message belongs to. The send is `Skipped` if the recipient does not receive that group when it is ' +
    'due, and goes out with unsubscribe headers.',
  tracking: 'Merged per key with `tracking` of the defaults.',
  scheduledAt:
    'When to send, with its offset: at most 30 days ahead. A moment that has passed means at once.',
};

const itemNotes = {
  ...sharedNotes,
  templateId: 'The template to render; it must be `Active`. Required, here or in the defaults.',
  profileId: 'The recipient, as a known profile. Its address is used when `to.email` is absent.',
  to: 'The recipient. Required unless `profileId` is given.',
  cc: 'Recipients of a copy. At most 50 recipients in `to`, `cc` and `bcc` together; one that was named before counts once.',
  bcc: 'Recipients of a blind copy. They are in no answer, log or webhook.',
  data:
    "The context of the template. Must have the template's required variables. A value named `sender`, `profile`, " +
    '`messageId` or `unsubscribeUrl` is what templates read there; what Postroom provides is then only under `@sender` and so on.',
};

const { idempotencyKey, templateId, ...otherFields } = batchItemSchema.shape;

// Whether an item needs a template is known only once the defaults are merged in.
const itemSchema = z.strictObject({ idempotencyKey, templateId: templateId.nullish(), ...otherFields });

/** One send of the items dialect, whose key is in the `Idempotency-Key` header. */
export const singleItem = requestObject('SingleItem', z.strictObject({ templateId, ...otherFields }), {
  about:
    'One send of the items dialect. `null` is the same as leaving a field out; unknown fields are refused by name.',
  fields: { ...itemNotes, templateId: 'The template to render; it must be `Active`.' },
});

const batchItem = requestObject('BatchItem', itemSchema, {
  about:
    'One send. The defaults are laid under it before it is validated: the item wins, and an explicit `null` unsets a ' +
    'default. Unknown fields are refused by name.',
  fields: {
    ...itemNotes,
    idempotencyKey:
      'A key of your own for this send, case-sensitive, unique in the workspace. The same key with the same item gives the ' +
      'same send again.',
  },
});

const defaults = requestObject('ItemDefaults', itemDefaultsSchema, {
  about:
    'What all items share. Recipients, `data`, copies, attachments and keys cannot be shared: a request that has them here is refused.',
  fields: { ...sharedNotes, templateId: 'The template to render.' },
});

/** A batch request of the items dialect. */
export const itemsBatchRequest = requestObject('ItemsBatchRequest', itemsBatchRequestSchema, {
  about: 'A batch of the items dialect. Items are validated one by one: a bad one spoils no other.',
  fields: {
    items: { description: 'The sends.', items: refTo(batchItem) },
    defaults: 'What all items share.',
  },
});

/** A send as the items dialect answers it. */
export const emailSend = answerObject('EmailSend', emailSendSchema, {
  about: 'One send as it stands. `bcc` is stored and sent, and never shown.',
  fields: {
    id: 'A UUID v7. Its form in the emails dialect, `em_...`, names the same send.',
    status:
      '`Scheduled`, then `Queued`, `Processing` and one of `Sent`, `Failed` and `Skipped`; `Canceled` from the first two. ' +
      '`Sent`: SES took the message. `Skipped`: nobody whom it is for may get it.',
    templateId: 'The template that it was made from; null for inline content.',
    templateSnapshotId:
      'The immutable copy of the content that is rendered, whatever happens to the template.',
    senderProfileId: 'The sender profile; null when the sender is known by its domain alone.',
    from: 'The sender.',
    replyTo: 'Where answers go.',
    subject:
      "The given subject, else the rendered one once it is sent, else the template's as it was frozen.",
    subscriptionGroupId: 'The group that the message belongs to.',
    profileId: 'The recipient as a profile; null in the emails dialect.',
    to: 'The recipient.',
    cc: 'Recipients of a copy.',
    messageId: 'What templates see as `messageId`.',
    failureMessage: "Why it `Failed` or was `Skipped`, in SES's own words where SES refused it.",
    createdAt: 'When it was accepted.',
    updatedAt: 'When it last changed; of one that failed, when it did.',
    providerMessageId: "SES's id of the message, once it is `Sent`.",
    scheduledAt: 'When it is due, if it was scheduled.',
    contentRemovedAt: 'Since when its data, headers, attachments and body are gone because of their age.',
  },
});

const recipient = requestObject('Recipient', recipientSchema, {
  about:
    'A recipient, by address, by your own id, or both. Whoever is not known becomes a profile; that needs an address. An ' +
    'address beside a known profile is used for this send and changes no profile.',
  fields: {
    email: 'The address.',
    externalId:
      'Your own id of the recipient. One that is new makes a profile, of which an address has at most 1,000.',
  },
});

const toEmail = answerObject('RecipientAddress', emailSendSchema.shape.to, {
  about: 'The address of a recipient.',
  fields: { email: 'The bare address, its domain in punycode.' },
});

const keyNotes = {
  index: 'Its place in the request, from 0.',
  status: 'Whether the item was accepted.',
};

const acceptedItem = answerObject('AcceptedItem', acceptedItemSchema, {
  about: 'An item that made or replayed a send.',
  fields: {
    ...keyNotes,
    idempotencyKey: 'The key of the item.',
    replayed: 'The key was known already: the send is the existing one, as it stands now.',
    send: 'The send.',
  },
});

const rejectedItem = answerObject('RejectedItem', rejectedItemSchema, {
  about: `An item that made no row; its key is not used up. The codes:\n\n${itemErrorTable}`,
  fields: {
    ...keyNotes,
    idempotencyKey: 'The key of the item, where it could be told.',
    error: 'What is wrong, for programs.',
    message: 'What is wrong and what to do, for people.',
    details: 'More about it; what is in it depends on the code.',
  },
});

/** The answer to a batch of the items dialect. */
export const itemsBatchResponse = answerObject('ItemsBatchResponse', itemsBatchResponseSchema, {
  about: 'What became of each item.',
  fields: {
    total: 'How many items the request had.',
    accepted: 'How many made or replayed a send.',
    rejected: 'How many did not. `accepted` and `rejected` add up to `total`.',
    batchId:
      'The batch that the accepted sends belong to; null when there are none, or they came from several.',
    items: 'One result per item, in the order of the request.',
  },
});

const rendered = answerObject('RenderedContent', renderedContentSchema, {
  about: 'What a message would say, had it been sent.',
  fields: { subject: 'The subject.', html: 'The html part.', text: 'The text part.' },
});

const warning = answerObject('RenderWarning', renderWarningSchema, {
  about: 'Something that renders, and may not be what was meant.',
  fields: {
    path: 'The field of the request that it is about, dotted: `data.sender`.',
    message: 'What is read in its place, and how to write the other.',
  },
});

const dryItem = answerObject('DryRunItem', itemsDryRunResponseSchema.shape.items.element.options[0], {
  about: 'An item that would be accepted.',
  fields: {
    ...keyNotes,
    idempotencyKey: 'The key of the item.',
    replayed: 'The key is known already.',
    rendered: 'The message; null when the key is known: the existing send would be answered.',
    warnings: 'What may not be meant as it renders; absent when there is nothing to say.',
  },
});

/** The answer to a dry run of the items dialect. */
export const itemsDryRunResponse = answerObject('ItemsDryRunResponse', itemsDryRunResponseSchema, {
  about: 'What would become of each item. Nothing was written.',
  fields: {
    dryRun: 'Always true: tells this answer from that of the real thing.',
    total: 'How many items the request had.',
    accepted: 'How many would be accepted.',
    rejected: 'How many would not.',
    items: 'One result per item, in the order of the request.',
  },
});

/** The components of the items dialect. */
export const itemsComponents: readonly Component[] = [
  singleItem,
  batchItem,
  defaults,
  itemsBatchRequest,
  emailSend,
  recipient,
  toEmail,
  acceptedItem,
  rejectedItem,
  itemsBatchResponse,
  rendered,
  warning,
  dryItem,
  itemsDryRunResponse,
];
