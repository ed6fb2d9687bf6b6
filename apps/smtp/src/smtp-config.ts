import type { smtpVariables } from '@postroom/process';
import type { z } from 'zod';

/** What the process was told by its environment. */
export type SmtpConfig = z.output<z.ZodObject<typeof smtpVariables>>;
