export * from './actions.ts';
export * from './dashboard.ts';
export * from './domains.ts';
export * from './doors/bounce-number.ts';
export * from './doors/door-send.ts';
export * from './doors/in-their-words.ts';
export * from './doors/pair-tag.ts';
export * from './doors/postmark-answers.ts';
export * from './doors/postmark-bounces.ts';
export * from './doors/postmark-emails.ts';
export { postmarkAttachmentSchema, postmarkHeaderSchema } from './doors/postmark-parts.ts';
export * from './doors/postmark-suppressions.ts';
export * from './doors/resend-answers.ts';
export * from './doors/resend-emails.ts';
export * from './doors/resend-resources.ts';
export * from './doors/resend-templates.ts';
export {
  readSmtpMessage,
  type SmtpEnvelope,
  type SmtpMessage,
  smtpFieldNames,
} from './doors/smtp-message.ts';
export { byItsName } from './doors/smtp-options.ts';
export * from './doors/template-tags.ts';
export * from './emails.ts';
export * from './erasures.ts';
export * from './error.ts';
export * from './fields/address.ts';
export * from './fields/attachments.ts';
export * from './fields/changed-number.ts';
export * from './fields/fields.ts';
export * from './fields/json-flaws.ts';
export * from './fields/json-pieces.ts';
export * from './fields/json-value.ts';
export * from './fields/lane.ts';
export * from './fields/media-type.ts';
export * from './fields/message-headers.ts';
export * from './fields/paging.ts';
export * from './fields/send-options.ts';
export * from './fields/tracking-host.ts';
export * from './fields/type-id.ts';
export * from './items.ts';
export * from './keys.ts';
export { textOf } from './mime/decode-body.ts';
export { decodeWords } from './mime/decode-words.ts';
export { applyEdits, type Edit, fieldEdit, insertion, textEdits } from './mime/edit-message.ts';
export { bodyOf } from './mime/message-body.ts';
export { fieldOf } from './mime/mime-field.ts';
export { type MimePart, readMime } from './mime/mime-part.ts';
export * from './rates.ts';
export * from './recipients.ts';
export * from './scopes.ts';
export * from './send-status.ts';
export * from './senders.ts';
export * from './sends.ts';
export * from './suppressions.ts';
export * from './templates.ts';
export * from './webhooks.ts';
export * from './workspaces.ts';
