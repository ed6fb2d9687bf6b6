import { marketingRefusal } from '@postroom/core';
import type { apiVariables } from '@postroom/process';
import type { z } from 'zod';

type MailConfig = Pick<
  z.output<z.ZodObject<typeof apiVariables>>,
  'AWS_ENDPOINT_URL_SESV2' | 'PUBLIC_URL' | 'SENDER_VERIFICATION'
>;

/**
 * Why this API takes no live marketing mail; null: it does. Mail goes to the world where SES is asked about senders, unless
 * that SES is a local one: Amazon's is reached by https alone.
 */
export const refusalOfMarketing = (config: MailConfig): string | null =>
  marketingRefusal({
    publicUrl: config.PUBLIC_URL,
    isReal: config.SENDER_VERIFICATION === 'ses' && !config.AWS_ENDPOINT_URL_SESV2?.startsWith('http:'),
  });
