import type { z } from 'zod';
import type { sharedVariables } from './variables.ts';

type Config = Pick<z.output<z.ZodObject<typeof sharedVariables>>, 'AWS_ENDPOINT_URL_SESV2'>;

/** Whether SES gives mail to the world, and is no local one with an inbox: Amazon's is reached by https alone. */
export const isSesReal = ({ AWS_ENDPOINT_URL_SESV2: url }: Config): boolean => !url?.startsWith('http:');
