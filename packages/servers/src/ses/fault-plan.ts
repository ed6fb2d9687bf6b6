import * as z from 'zod';
import { type Random, seededRandom } from './random.ts';

/** The operations of SES that the fake speaks. */
export const sesOperations = [
  'SendEmail',
  'GetAccount',
  'CreateEmailIdentity',
  'GetEmailIdentity',
  'DeleteEmailIdentity',
  'PutEmailIdentityMailFromAttributes',
  'CreateConfigurationSet',
  'GetConfigurationSet',
  'CreateConfigurationSetEventDestination',
  'GetConfigurationSetEventDestinations',
  'PutSuppressedDestination',
  'GetSuppressedDestination',
  'DeleteSuppressedDestination',
] as const;

/** One of `sesOperations`. */
export type SesOperation = (typeof sesOperations)[number];

const common = {
  /** How likely the fault is to strike a call that it applies to. */
  probability: z.number().min(0).max(1).default(1),
  /** How often it strikes before it is spent; without it, for ever. */
  times: z.int().positive().optional(),
  operation: z.enum(sesOperations).default('SendEmail'),
};

/** Strikes only a message of which the sender, or any recipient, contains these letters. */
const match = z.strictObject({ recipient: z.string().optional(), from: z.string().optional() }).optional();

const serverError = {
  ...common,
  match,
  status: z.int().min(400).max(599).default(500),
  code: z.string().default('InternalServiceErrorException'),
  message: z.string().default('An internal error occurred.'),
  /** `html` is what a load balancer answers in place of SES. */
  body: z.enum(['json', 'html', 'none']).default('json'),
};

const faultSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum([
      'throttle',
      'quotaSpent',
      'paused',
      'suspended',
      'reject',
      'mailFromNotVerified',
      'badRequest',
      'notFound',
      'hangBeforeAccepting',
      'hangAfterAccepting',
      'resetBeforeAccepting',
      'resetAfterAccepting',
      'emptyBody',
    ]),
    ...common,
    match,
  }),
  z.strictObject({
    kind: z.literal('credentials'),
    ...common,
    match,
    code: z
      .enum(['UnrecognizedClientException', 'ExpiredTokenException', 'InvalidSignatureException'])
      .default('UnrecognizedClientException'),
  }),
  // Nothing of the message is known yet when it strikes, so that it can match none.
  z.strictObject({ kind: z.literal('hangBeforeReading'), ...common }),
  z.strictObject({ kind: z.enum(['errorBeforeAccepting', 'errorAfterAccepting']), ...serverError }),
  z.strictObject({
    kind: z.literal('slowLoris'),
    ...common,
    match,
    byteEveryMs: z.int().positive().default(1_000),
  }),
  z.strictObject({
    kind: z.literal('latency'),
    ...common,
    match,
    latencyMs: z.number().min(0),
    jitterMs: z.number().min(0).default(0),
  }),
]);

/** The faults that may strike a call, tried in their order: the first that strikes decides, latencies add up. */
export const faultPlanSchema = z.strictObject({
  seed: z.int().optional(),
  faults: z.array(faultSchema).max(100),
});

/** A plan as it is written: everything that has a default may be left out. */
export type FaultPlan = z.input<typeof faultPlanSchema>;

/** One fault with its defaults filled in. */
export type Fault = z.output<typeof faultSchema>;

/** The name of a fault. */
export type FaultKind = Fault['kind'];

/** What a fault may look at; `message` is null before the request was read and for other operations. */
export type FaultTarget = {
  readonly operation: SesOperation;
  readonly message: { readonly from: string; readonly recipients: readonly string[] } | null;
};

/** What strikes one call: a delay, and at most one fault. */
export type Strike = { readonly delayMs: number; readonly fault: Fault | null };

/** Rolls the dice of a plan. Until a plan is set no fault strikes. */
export type FaultDice = {
  set(plan: FaultPlan): void;
  clear(): void;
  /** The part of the plan that can strike before the request is read. */
  rollBeforeReading(target: FaultTarget): Strike;
  roll(target: FaultTarget): Strike;
};

/** Makes the dice; throws a `ZodError` when the plan is not one. */
export function createFaultDice(initial: FaultPlan = { faults: [] }): FaultDice {
  let faults: { readonly fault: Fault; timesLeft: number }[] = [];
  let random: Random = seededRandom(1);

  const set = (plan: FaultPlan) => {
    const parsed = faultPlanSchema.parse(plan);
    random = seededRandom(parsed.seed ?? 1);
    faults = parsed.faults.map((fault) => ({ fault, timesLeft: fault.times ?? Number.POSITIVE_INFINITY }));
  };

  const rollThose = (target: FaultTarget, applies: (fault: Fault) => boolean): Strike => {
    let delayMs = 0;
    for (const entry of faults) {
      const { fault } = entry;
      if (entry.timesLeft === 0 || !applies(fault) || !isMatch(fault, target)) continue;
      if (fault.probability < 1 && random() >= fault.probability) continue;
      entry.timesLeft -= 1;
      if (fault.kind !== 'latency') return { delayMs, fault };
      delayMs += fault.latencyMs + random() * fault.jitterMs;
    }
    return { delayMs, fault: null };
  };

  set(initial);
  return {
    set,
    clear: () => set({ faults: [] }),
    rollBeforeReading: (target) => rollThose(target, (fault) => fault.kind === 'hangBeforeReading'),
    roll: (target) => rollThose(target, (fault) => fault.kind !== 'hangBeforeReading'),
  };
}

function isMatch(fault: Fault, { operation, message }: FaultTarget): boolean {
  if (fault.operation !== operation) return false;
  const wanted = 'match' in fault ? fault.match : undefined;
  if (wanted === undefined) return true;
  if (message === null) return false;
  const { from, recipient } = wanted;
  if (from !== undefined && !message.from.includes(from)) return false;
  return recipient === undefined || message.recipients.some((address) => address.includes(recipient));
}
