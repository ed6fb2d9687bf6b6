import { linkRefusal, marketingRefusal } from '@postroom/core';
import { type apiVariables, isSesReal } from '@postroom/process';
import type { z } from 'zod';

type MailConfig = Pick<
  z.output<z.ZodObject<typeof apiVariables>>,
  'AWS_ENDPOINT_URL_SESV2' | 'PUBLIC_URL' | 'SENDER_VERIFICATION'
>;

/**
 * Why this API takes no live mail with links of ours; null: it does. Where SES is asked about no senders it is taken: workers
 * look at the links once more.
 */
export function linkRefusals(config: MailConfig) {
  const isReal = config.SENDER_VERIFICATION === 'ses' && isSesReal(config.AWS_ENDPOINT_URL_SESV2);
  const places = { publicUrl: config.PUBLIC_URL, isReal };
  return { marketingRefusal: marketingRefusal(places), linkRefusal: linkRefusal(places) };
}
