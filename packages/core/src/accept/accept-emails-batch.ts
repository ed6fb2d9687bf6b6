import { addressKey, type EmailRequest } from '@postroom/contracts';
import { createPace } from '../pace.ts';
import { PostroomError } from '../postroom-error.ts';
import type { SendOwner, StoredSend } from '../send/send.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import { commonBatchId } from './accept-items-batch.ts';
import type { Directory } from './directory.ts';
import {
  asReused,
  type EmailFailure,
  type EmailPlan,
  type ParsedEmail,
  parseEmailRequest,
  planEmails,
} from './plan-emails.ts';
import { senderByAddress } from './resolve-sender.ts';
import { timingOf } from './timing.ts';
import { type SendDraft, writeSends } from './write-sends.ts';

export type EmailsBatchInput = SendOwner & {
  readonly emails: readonly EmailRequest[];
  /** The request's `Idempotency-Key`: email i has the key `<header>/<i>` unless it names its own. */
  readonly idempotencyHeader: string | null;
};

export type EmailsBatchOutcome = {
  /** The one batch that all sends belong to, or null. */
  readonly batchId: string | null;
  /** In the order of the request; each email has a row. */
  readonly sends: readonly StoredSend[];
  /** How many of the rows this request made; the others were there. */
  readonly made: number;
};

type NewEmail = Extract<EmailPlan, { kind: 'new' }>;

/**
 * Records every email as one row: one that cannot be sent, for a reason that only the server knows, as a
 * failed one. What is answered is on disk; the queue is only told afterwards, and may miss it. A request that loses its
 * header to another one while it is written is a conflict like any later one, unless some of it is on disk already: then
 * its other emails fail alone.
 */
export async function acceptEmailsBatch(
  deps: AcceptBatchDeps,
  input: EmailsBatchInput,
): Promise<EmailsBatchOutcome> {
  const plans = await readEmails(deps, input);
  const fresh = plans.filter((plan) => plan.kind === 'new');
  const sends = new Map<number, StoredSend>();
  const batchId = deps.newId();
  let made = 0;
  const write = async (emails: readonly NewEmail[]) => {
    const written = await writeEmails(deps, input, { batchId, emails });
    for (const [index, send] of written) sends.set(index, send);
    made += written.size;
  };
  await write(fresh);
  const taken = fresh.filter(({ parsed }) => !sends.has(parsed.index));
  if (taken.length > 0) {
    const known = await deps.sends.findByKeys(input, keysOf(taken.map(({ parsed }) => parsed)));
    const reused = taken.filter(({ parsed }) => {
      const send = known.get(parsed.key ?? '');
      if (send?.fingerprint === parsed.fingerprint) sends.set(parsed.index, send);
      return send?.fingerprint !== parsed.fingerprint;
    });
    const clash = reused.find(({ parsed }) => isCovered(parsed));
    if (clash !== undefined && made === 0) throw conflictAt(clash.parsed.index);
    await write(reused.map(({ parsed }) => asReused(parsed)));
  }
  const answered = plans.map((plan, index) => {
    const send = plan.kind === 'known' ? plan.send : sends.get(plan.kind === 'repeated' ? plan.first : index);
    if (send === undefined) throw new Error(`email ${index} was neither written nor found`);
    return send;
  });
  return { batchId: commonBatchId(answered), sends: answered, made };
}

const keysOf = (emails: readonly ParsedEmail[]): string[] => [
  ...new Set(emails.flatMap(({ key }) => key ?? [])),
];

/** Parses the emails and plans what is to be done; refuses a request whose header was used for another one. */
export async function readEmails(
  deps: Pick<AcceptBatchDeps, 'sends'>,
  { emails, ...request }: EmailsBatchInput,
): Promise<readonly EmailPlan[]> {
  const parsed: ParsedEmail[] = [];
  const pace = createPace();
  for (const [index, email] of emails.entries()) {
    parsed.push(parseEmailRequest(email, index, request));
    await pace();
  }
  const known = await deps.sends.findByKeys(request, keysOf(parsed));
  const clash = parsed.find((email) => {
    const send = isCovered(email) ? known.get(email.key ?? '') : undefined;
    return send !== undefined && send.fingerprint !== email.fingerprint;
  });
  if (clash !== undefined) throw conflictAt(clash.index);
  return planEmails(parsed, known);
}

/** Whether an email has its key from the request's header. */
const isCovered = ({ email, key }: ParsedEmail): boolean => key !== null && !email.idempotency_key;

const conflictAt = (index: number) =>
  new PostroomError(
    'idempotency_conflict',
    'This Idempotency-Key was used for a different request: use a new key for new emails.',
    { details: { issues: [{ path: `emails[${index}]`, message: 'differs from the first request' }] } },
  );

const senderNotVerified =
  'The sender is not verified in this workspace: verify its address or its domain first.';

/** Why a new email fails, if it does: its key, or a sender that is not verified. Pure. */
export function failureOf({ parsed, failure }: NewEmail, directory: Directory): EmailFailure | null {
  if (failure !== null) return failure;
  const sender = senderByAddress(parsed.email.from, directory);
  // Not the rejection's own words: they name the address, and what is kept with a failed row must not.
  return sender.kind === 'resolved' ? null : { failureClass: sender.code, message: senderNotVerified };
}

/** Looks up the senders of new emails. */
export const lookUpSenders = (
  deps: Pick<AcceptBatchDeps, 'directory'>,
  workspaceId: string,
  emails: readonly NewEmail[],
): Promise<Directory> =>
  deps.directory.lookUp(workspaceId, {
    templateIds: [],
    senderIds: [],
    fromKeys: [...new Set(emails.map(({ parsed }) => addressKey(parsed.email.from.email)))],
    groupIds: [],
    profileIds: [],
    externalIds: [],
    emailKeys: [],
  });

const isMarketing = ({ parsed }: NewEmail) => parsed.email.type === 'marketing';

async function writeEmails(
  deps: AcceptBatchDeps,
  input: EmailsBatchInput,
  { batchId, emails }: { readonly batchId: string; readonly emails: readonly NewEmail[] },
): Promise<ReadonlyMap<number, StoredSend>> {
  if (emails.length === 0) return new Map();
  const { workspaceId } = input;
  const [directory, snapshotIds, groupId] = await Promise.all([
    lookUpSenders(deps, workspaceId, emails),
    deps.contents.ensureLiterals(
      workspaceId,
      emails.map(({ parsed: { email } }) => ({ html: email.html ?? null, text: email.text ?? null })),
    ),
    emails.some(isMarketing) ? deps.directory.ensureMarketingGroup(workspaceId) : null,
  ]);
  const drafts = emails.map((plan, at) => {
    const snapshotId = snapshotIds[at];
    if (snapshotId === undefined) throw new Error('a body that was just kept is not there');
    const subscriptionGroupId = isMarketing(plan) ? groupId : null;
    const isSimulated = input.isSimulated;
    return toDraft(deps, plan, { directory, snapshotId, subscriptionGroupId, isSimulated });
  });
  const batch = {
    id: batchId,
    workspaceId,
    isSimulated: input.isSimulated,
    dialect: 'emails',
    total: input.emails.length,
    rejected: 0,
  } as const;
  const written = await writeSends(deps, batch, drafts);
  return new Map(
    drafts.flatMap(({ send }, at) => {
      const made = written.get(send.id);
      const index = emails[at]?.parsed.index;
      return made === undefined || index === undefined ? [] : [[index, made]];
    }),
  );
}

type Surroundings = {
  readonly directory: Directory;
  readonly snapshotId: string;
  readonly subscriptionGroupId: string | null;
  readonly isSimulated: boolean;
};

function toDraft(deps: AcceptBatchDeps, plan: NewEmail, surroundings: Surroundings): SendDraft {
  const { parsed } = plan;
  const { email } = parsed;
  const { directory, snapshotId, subscriptionGroupId, isSimulated } = surroundings;
  const [to, ...toOthers] = parsed.to;
  if (to === undefined) throw new Error('an email without a recipient passed validation');
  const failure = failureOf(plan, directory);
  const profile = directory.sendersByFromKey.get(addressKey(email.from.email)) ?? null;
  const timing = timingOf(email.scheduled_at, deps.now());
  const send: SendDraft['send'] = {
    id: deps.newId(),
    messageId: deps.newId(),
    dialect: 'emails',
    lane: isMarketing(plan) ? 'marketing' : 'transactional',
    ...timing,
    status: failure === null ? timing.status : 'Failed',
    failure,
    simulated: isSimulated,
    idempotencyKey: parsed.key,
    fingerprint: parsed.fingerprint,
    templateId: null,
    snapshotId,
    senderProfileId: profile?.id ?? null,
    configurationSet: profile?.configurationSet ?? null,
    from: { email: email.from.email, name: email.from.name ?? profile?.from.name ?? null },
    replyTo: email.reply_to ?? profile?.replyTo ?? null,
    subject: email.subject,
    subscriptionGroupId,
    profileId: null,
    to,
    toOthers,
    cc: parsed.cc,
    bcc: parsed.bcc,
    data: null,
    headers: email.headers ?? [],
    tags: email.tags ?? [],
    trackClicks: email.tracking?.clicks ?? profile?.trackClicks ?? false,
    trackOpens: email.tracking?.opens ?? profile?.trackOpens ?? false,
  };
  return { send, attachments: parsed.attachments, snapshotSubject: '' };
}
