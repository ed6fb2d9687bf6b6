import * as z from 'zod';
import { expected, textSchema, uuidSchema } from './fields/fields.ts';

/** How rates are: `warning` is told, `paused` holds marketing mail. */
export const rateStates = ['ok', 'warning', 'paused'] as const;

const rateFields = {
  delivered: z.int().min(0),
  bounced: z.int().min(0),
  complained: z.int().min(0),
  bounceRate: z.number().min(0).max(1),
  complaintRate: z.number().min(0).max(1),
  state: z.enum(rateStates),
  pausedAt: z.iso.datetime().nullable(),
  resumedAt: z.iso.datetime().nullable(),
};

/** What became of a workspace's mail in the last 24 hours. */
export const rateSchema = z.object(rateFields);
export type Rate = z.infer<typeof rateSchema>;

export const senderRateSchema = z.object({ senderProfileId: z.guid(), ...rateFields });
export const domainRateSchema = z.object({ domain: z.string(), ...rateFields });

/** The rates of a workspace, its sender profiles and its domains. */
export const ratesSchema = z.object({
  workspace: rateSchema,
  senderProfiles: z.array(senderRateSchema),
  domains: z.array(domainRateSchema),
});
export type Rates = z.infer<typeof ratesSchema>;

/** Which pauses are lifted; without a field all of them. */
export const resumeRatesSchema = z.strictObject(
  {
    workspace: z.literal(true, expected('true')).optional(),
    senderProfileId: uuidSchema.optional(),
    domain: textSchema(1, 253).toLowerCase().optional(),
  },
  expected('an object'),
);

/** The rates afterwards, and how many pauses were lifted. */
export const resumedRatesSchema = ratesSchema.extend({ resumed: z.int().min(0) });
export type ResumedRates = z.infer<typeof resumedRatesSchema>;
