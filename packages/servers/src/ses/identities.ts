import { createHash } from 'node:crypto';
import * as z from 'zod';
import { badRequest, type SesAnswer, sesError, sesSuccess } from './answers.ts';

const createSchema = z.object({ EmailIdentity: z.string().min(1) });

const mailFromSchema = z.object({
  MailFromDomain: z.string().optional(),
  BehaviorOnMxFailure: z.enum(['USE_DEFAULT_VALUE', 'REJECT_MESSAGE']).default('USE_DEFAULT_VALUE'),
});

type MailFrom = z.infer<typeof mailFromSchema>;
type Identity = {
  readonly name: string;
  readonly createdAtMs: number;
  isVerifiedByHand: boolean;
  mailFrom: MailFrom;
};

/** The domains and addresses that the fake account may send from. */
export type SesIdentities = {
  create(json: unknown): SesAnswer;
  describe(name: string): SesAnswer;
  remove(name: string): SesAnswer;
  setMailFrom(name: string, json: unknown): SesAnswer;
  /** The identity that an address is sent from: the address itself, else the nearest domain; null: there is none. */
  covering(address: string): string | null;
  /** Verifies an identity now; false when there is none of that name. */
  verify(name: string): boolean;
  reset(): void;
};

/** Makes an empty list; a new identity is verified after that time, or with null only by hand. */
export function createIdentities(verifyAfterMs: number | null): SesIdentities {
  const identities = new Map<string, Identity>();
  const isVerified = ({ isVerifiedByHand, createdAtMs }: Identity) =>
    isVerifiedByHand || (verifyAfterMs !== null && performance.now() - createdAtMs >= verifyAfterMs);
  const missing = (name: string) =>
    sesError(404, 'NotFoundException', `Email identity ${name} does not exist.`);

  return {
    create(json) {
      const parsed = createSchema.safeParse(json);
      if (!parsed.success) return badRequest(z.prettifyError(parsed.error));
      const name = parsed.data.EmailIdentity.toLowerCase();
      if (!/^[^\s@]*@?[a-z0-9.-]+\.[a-z0-9-]+$/.test(name)) return badRequest(`Invalid identity: ${name}`);
      if (identities.has(name)) {
        return sesError(400, 'AlreadyExistsException', `Email identity ${name} already exist.`);
      }
      const mailFrom: MailFrom = { BehaviorOnMxFailure: 'USE_DEFAULT_VALUE' };
      const identity = { name, createdAtMs: performance.now(), isVerifiedByHand: false, mailFrom };
      identities.set(name, identity);
      return sesSuccess({
        IdentityType: typeOf(name),
        VerifiedForSendingStatus: isVerified(identity),
        DkimAttributes: dkimOf(name, isVerified(identity)),
      });
    },
    describe(name) {
      const identity = identities.get(name.toLowerCase());
      return identity === undefined ? missing(name) : describe(identity, isVerified(identity));
    },
    remove(name) {
      return identities.delete(name.toLowerCase()) ? sesSuccess({}) : missing(name);
    },
    setMailFrom(name, json) {
      const identity = identities.get(name.toLowerCase());
      const parsed = mailFromSchema.safeParse(json);
      if (!parsed.success) return badRequest(z.prettifyError(parsed.error));
      if (identity === undefined) return missing(name);
      identity.mailFrom = parsed.data;
      return sesSuccess({});
    },
    covering(address) {
      const whole = address.toLowerCase();
      if (identities.has(whole)) return whole;
      const labels = whole.slice(whole.lastIndexOf('@') + 1).split('.');
      const domains = labels.map((_, at) => labels.slice(at).join('.'));
      return domains.find((domain) => identities.has(domain)) ?? null;
    },
    verify(name) {
      const identity = identities.get(name.toLowerCase());
      if (identity !== undefined) identity.isVerifiedByHand = true;
      return identity !== undefined;
    },
    reset: () => identities.clear(),
  };
}

function describe({ name, mailFrom }: Identity, isVerified: boolean): SesAnswer {
  const status = isVerified ? 'SUCCESS' : 'PENDING';
  return sesSuccess({
    IdentityType: typeOf(name),
    FeedbackForwardingStatus: true,
    VerifiedForSendingStatus: isVerified,
    VerificationStatus: status,
    DkimAttributes: dkimOf(name, isVerified),
    MailFromAttributes:
      mailFrom.MailFromDomain === undefined ? mailFrom : { ...mailFrom, MailFromDomainStatus: status },
    Policies: {},
    Tags: [],
  });
}

function typeOf(name: string): 'DOMAIN' | 'EMAIL_ADDRESS' {
  return name.includes('@') ? 'EMAIL_ADDRESS' : 'DOMAIN';
}

function dkimOf(name: string, isVerified: boolean) {
  if (typeOf(name) === 'EMAIL_ADDRESS') return { SigningEnabled: false, Status: 'NOT_STARTED', Tokens: [] };
  const tokens = ['1', '2', '3'].map((number) =>
    createHash('sha256').update(`${name}/${number}`).digest('hex').slice(0, 32),
  );
  return {
    SigningEnabled: true,
    Status: isVerified ? 'SUCCESS' : 'PENDING',
    Tokens: tokens,
    SigningAttributesOrigin: 'AWS_SES',
    CurrentSigningKeyLength: 'RSA_2048_BIT',
    NextSigningKeyLength: 'RSA_2048_BIT',
  };
}
