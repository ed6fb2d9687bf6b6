import { addressKey, type EmailRequest } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import { invalidField, invalidFields } from '../refusals.ts';
import type { SendOwner } from '../send/send.ts';
import { createPace } from '../turns.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import type { AskedEmail } from './asked-send.ts';
import type { Directory } from './directory.ts';
import { parseEmail } from './parse-email.ts';
import { type PlanRules, planSends } from './plan-sends.ts';
import type { Plan, PlannedSend } from './planned-send.ts';
import { senderByAddress } from './resolve-sender.ts';
import { refusalOfTracking } from './resolve-tracking.ts';

export type EmailsBatchInput = SendOwner & {
  readonly emails: readonly EmailRequest[];
  /** The request's `Idempotency-Key`: email i has the key `<header>/<i>` unless it names its own. */
  readonly idempotencyHeader: string | null;
  /** The request is its one email itself: what is wrong in it is told without a place in a list. Left out: it has a list. */
  readonly isAlone?: boolean;
};

export type PlanEmailsDeps = Pick<
  AcceptBatchDeps,
  'directory' | 'linkRefusal' | 'marketingRefusal' | 'sends'
>;

/**
 * Reads the emails, and plans what is to be done for each: one that cannot be sent gets a row that failed. Refuses a
 * request whose header was used for another one. Writes nothing.
 */
export async function planEmails(deps: PlanEmailsDeps, input: EmailsBatchInput): Promise<Plan<AskedEmail>> {
  const read: AskedEmail[] = [];
  const pace = createPace();
  for (const [index, email] of input.emails.entries()) {
    read.push(parseEmail(email, index, input));
    await pace();
  }
  return planSends(deps, read, {
    owner: input,
    rulesFor: (directory) => emailRules({ ...deps, ...input }, directory),
  });
}

const pathIn = (isAlone: boolean, index: number, field: string): string =>
  isAlone ? field : `emails[${index}].${field}`;

const emailRules = (
  { isAlone = false, linkRefusal, marketingRefusal }: PlanEmailsDeps & EmailsBatchInput,
  directory: Directory,
): PlanRules<AskedEmail> => ({
  newProfiles: [],
  refuse: ({ index }, issues) => {
    throw invalidFields(issues.map((issue) => ({ ...issue, path: pathIn(isAlone, index, issue.path) })));
  },
  resolve: (asked) => {
    if (asked.isMarketing && marketingRefusal && !asked.isSimulated) {
      throw invalidField(pathIn(isAlone, asked.index, 'type'), marketingRefusal);
    }
    const planned = resolveEmail(asked, directory);
    if (linkRefusal && refusalOfTracking(planned, { linkRefusal }) !== null) {
      throw invalidField(pathIn(isAlone, asked.index, 'tracking'), linkRefusal);
    }
    return planned;
  },
  reuse: (asked, other) => {
    if (other === 'stored' && asked.isCovered) throw conflictAt(asked.index, isAlone);
    return asReused(resolveEmail(asked, directory));
  },
  hide: (asked) => asNotAllowed(resolveEmail(asked, directory)),
});

/** The refusal of a request whose header was used for another one; that of one email alone has no place in a list. */
export const conflictAt = (index: number, isAlone: boolean) =>
  new PostroomError(
    'idempotency_conflict',
    'This Idempotency-Key was used for a different request: use a new key for new emails.',
    {
      details: {
        issues: [{ path: isAlone ? '' : `emails[${index}]`, message: 'differs from the first request' }],
      },
    },
  );

/** A row of its own for an email whose key belongs to another one. */
export const asReused = (planned: PlannedSend<AskedEmail>): PlannedSend<AskedEmail> => ({
  ...planned,
  key: null,
  failure: {
    failureClass: 'idempotency_key_reuse',
    message: 'This idempotency_key was used for a different email: use a new key for a new email.',
  },
});

/** The refusal of a sender in words that name no address: they are kept with a failed row. */
const senderRefusals = {
  sender_not_verified:
    'The sender is not verified in this workspace: verify its address or its domain first.',
  sender_not_allowed: 'The API key is limited to sender profiles, and this sender is none of them.',
} as const;

/** Why an email cannot be sent from where it says it comes from. */
type SenderFailure = { readonly failureClass: keyof typeof senderRefusals; readonly message: string };

const failureOf = (failureClass: SenderFailure['failureClass']): SenderFailure => ({
  failureClass,
  message: senderRefusals[failureClass],
});

/** What is planned of an email, and what is wrong with its sender. */
type ResolvedEmail = PlannedSend<AskedEmail> & { readonly failure: SenderFailure | null };

/** A row of its own for an email that its caller may not send: of no sender profile, and under no key, which stays free. */
export const asNotAllowed = (planned: PlannedSend<AskedEmail>): ResolvedEmail => ({
  ...planned,
  key: null,
  profile: null,
  from: planned.asked.from,
  failure: failureOf('sender_not_allowed'),
});

/** Plans a new email: one whose sender is not verified, or not its caller's to use, fails. Pure. */
export function resolveEmail(asked: AskedEmail, directory: Directory): ResolvedEmail {
  const [to, ...toOthers] = asked.to;
  if (to === undefined) throw new Error('an email without a recipient passed validation');
  const sender = senderByAddress(asked.from, directory);
  const profile = directory.sendersByFromKey.get(addressKey(asked.from.email)) ?? null;
  const isAsItCame = asked.attachments.some(({ ref }) => ref.mime !== undefined);
  const name = asked.from.name ?? (isAsItCame ? null : (profile?.from.name ?? null));
  const planned = {
    kind: 'new',
    asked,
    key: asked.key,
    failure: null,
    template: null,
    profile,
    from: { email: asked.from.email, name },
    recipientId: null,
    to,
    toOthers,
    cc: asked.cc,
    bcc: asked.bcc,
  } as const;
  if (sender.kind === 'resolved') return planned;
  if (sender.code === 'sender_not_allowed') return asNotAllowed(planned);
  return { ...planned, failure: failureOf('sender_not_verified') };
}
