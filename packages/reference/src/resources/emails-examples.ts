import {
  type EmailDetail,
  type EmailRecord,
  type EmailSend,
  type emailRequestSchema,
  shownOptions,
} from '@postroom/contracts';
import * as z from 'zod';
import { exampleIds, exampleTimes } from '../example-ids.ts';

/** What both dialects show, with the example of each field. */
const exampleShown = z
  .object(shownOptions)
  .parse(
    Object.fromEntries(Object.entries(shownOptions).map(([name, field]) => [name, field.meta()?.example])),
  );

/** A send of the items dialect as it is answered. */
export const exampleSend: EmailSend = {
  id: exampleIds.send,
  status: 'Queued',
  templateId: exampleIds.template,
  templateSnapshotId: exampleIds.snapshot,
  senderProfileId: exampleIds.senderProfile,
  from: { email: 'orders@example.com', name: 'The Paper Postroom' },
  replyTo: null,
  subject: 'Your order {{order}} is on its way',
  subscriptionGroupId: null,
  profileId: exampleIds.profile,
  to: { email: 'ada@example.com' },
  cc: [],
  messageId: exampleIds.message,
  failureMessage: null,
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.created,
  providerMessageId: null,
  scheduledAt: null,
  ...exampleShown,
  tags: ['orders'],
};

/** The same send some time later. */
export const sentSend: EmailSend = {
  ...exampleSend,
  status: 'Sent',
  subject: 'Your order 1001 is on its way',
  updatedAt: exampleTimes.updated,
  providerMessageId: '0100018f2b6c7d3e-4a5b6c7d-8e9f-4a0b-9c1d-2e3f4a5b6c7d-000000',
  delivery: 'delivered',
};

/** Fields of an item that examples share. */
export const exampleItem = {
  templateId: exampleIds.template,
  to: { email: 'ada@example.com', externalId: 'customer-1' },
  data: { name: 'Ada', order: '1001' },
  tags: ['orders'],
};

/** One email of the emails dialect. */
export const exampleEmail: z.input<typeof emailRequestSchema> = {
  from: 'The Paper Postroom <news@example.com>',
  to: ['ada@example.com'],
  subject: 'Our April newsletter',
  html: '<p>Hello Ada!</p>',
  text: 'Hello Ada!',
  type: 'marketing',
};

/** The same email as it is answered when it was accepted. */
export const exampleRecord: EmailRecord = {
  id: exampleIds.email,
  status: 'queued',
  from: 'The Paper Postroom <news@example.com>',
  to: 'ada@example.com',
  subject: 'Our April newsletter',
  created_at: exampleTimes.created,
};

/** The same email with all that is known of it. */
export const exampleDetail: EmailDetail = {
  ...exampleRecord,
  status: 'sent',
  send_status: 'Sent',
  cc: [],
  reply_to: null,
  type: 'marketing',
  scheduled_at: null,
  template_id: null,
  batch_id: exampleIds.batch,
  provider_message_id: sentSend.providerMessageId,
  ...exampleShown,
  delivery: 'delivered',
  updated_at: exampleTimes.updated,
};
