export const sendStatuses = [
  'Scheduled',
  'Queued',
  'Processing',
  'Sent',
  'Failed',
  'Skipped',
  'Canceled',
] as const;
export type SendStatus = (typeof sendStatuses)[number];

export const deliveries = ['delivered', 'delayed', 'bounced', 'complained'] as const;
export type Delivery = (typeof deliveries)[number];
