import type { z } from 'zod';
import type { sharedVariables } from './variables.ts';

type Config = Pick<
  z.output<z.ZodObject<typeof sharedVariables>>,
  | 'RATES_LEAST_DELIVERIES'
  | 'BOUNCE_WARNING_PERCENT'
  | 'BOUNCE_PAUSE_PERCENT'
  | 'COMPLAINT_WARNING_PERCENT'
  | 'COMPLAINT_PAUSE_PERCENT'
  | 'SOFT_BOUNCE_LIMIT'
  | 'SOFT_BOUNCE_WINDOW_HOURS'
  | 'SOFT_BOUNCE_SUPPRESS_HOURS'
>;

const hourMs = 3_600_000;

/** What the environment says of rates, as parts from 0 to 1. */
export const rateLimitsOf = (config: Config) => ({
  leastDeliveries: config.RATES_LEAST_DELIVERIES,
  warning: {
    bounceRate: config.BOUNCE_WARNING_PERCENT / 100,
    complaintRate: config.COMPLAINT_WARNING_PERCENT / 100,
  },
  pause: {
    bounceRate: config.BOUNCE_PAUSE_PERCENT / 100,
    complaintRate: config.COMPLAINT_PAUSE_PERCENT / 100,
  },
});

/** What it says of soft bounces; null: they are not counted. */
export const softBouncePolicyOf = (config: Config) =>
  config.SOFT_BOUNCE_LIMIT === undefined
    ? null
    : {
        limit: config.SOFT_BOUNCE_LIMIT,
        windowMs: config.SOFT_BOUNCE_WINDOW_HOURS * hourMs,
        suppressMs: config.SOFT_BOUNCE_SUPPRESS_HOURS * hourMs,
      };
