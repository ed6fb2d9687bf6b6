import * as z from 'zod';
import { badRequest, type SesAnswer, sesError, sesSuccess } from './answers.ts';

const putSchema = z.object({ EmailAddress: z.string().min(3), Reason: z.enum(['BOUNCE', 'COMPLAINT']) });

type Suppressed = { readonly email: string; readonly reason: string; readonly sinceMs: number };

/** The addresses that the fake account sends nothing to, whoever asks. */
export type SesSuppressionList = {
  put(json: unknown): SesAnswer;
  describe(email: string): SesAnswer;
  remove(email: string): SesAnswer;
  has(email: string): boolean;
  /** Whether an address stays on the list for a while after it was taken off, as the real thing may have it. */
  holdOn(isHeld: boolean): void;
  reset(): void;
};

/** Makes an empty list. */
export function createSuppressionList(): SesSuppressionList {
  const addresses = new Map<string, Suppressed>();
  let isHeld = false;
  const keyOf = (email: string) => email.toLowerCase();
  const missing = (email: string) =>
    sesError(404, 'NotFoundException', `Email address ${email} does not exist on your suppression list.`);
  return {
    put(json) {
      const parsed = putSchema.safeParse(json);
      if (!parsed.success) return badRequest(z.prettifyError(parsed.error));
      const { EmailAddress: email, Reason: reason } = parsed.data;
      addresses.set(keyOf(email), { email, reason, sinceMs: Date.now() });
      return sesSuccess({});
    },
    describe(email) {
      const found = addresses.get(keyOf(email));
      if (found === undefined) return missing(email);
      return sesSuccess({
        SuppressedDestination: {
          EmailAddress: found.email,
          Reason: found.reason,
          LastUpdateTime: found.sinceMs / 1_000,
        },
      });
    },
    remove(email) {
      if (!addresses.has(keyOf(email))) return missing(email);
      if (!isHeld) addresses.delete(keyOf(email));
      return sesSuccess({});
    },
    has: (email) => addresses.has(keyOf(email)),
    holdOn: (held) => {
      isHeld = held;
    },
    reset: () => {
      addresses.clear();
      isHeld = false;
    },
  };
}
