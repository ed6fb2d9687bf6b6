import type { Address } from '@postroom/contracts';
import { nameWarnings, type RenderWarning, renderInputOf } from '../delivery/render-input.ts';
import type { RenderedContent, Renderer, SnapshotContent } from '../delivery/renderer.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import { type EmailsBatchInput, failureOf, lookUpSenders, readEmails } from './accept-emails-batch.ts';
import { type AcceptBatchInput, readItems } from './accept-items-batch.ts';
import { wantedBy } from './directory.ts';
import { keyReused, type Rejection, reject } from './item-outcome.ts';
import type { NewProfile, StoredSend } from './model.ts';
import { keyOfRaw, type ParsedItem } from './parse-item.ts';
import { type PlacedItem, resolveItems } from './resolve-items.ts';

export type DryRunDeps = Pick<AcceptBatchDeps, 'sends' | 'directory' | 'missingVariables' | 'newId'> & {
  readonly snapshot: (id: string) => Promise<SnapshotContent>;
  /** What templates see of the profiles that exist, by id. */
  readonly profileContexts: (
    workspaceId: string,
    ids: readonly string[],
  ) => Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>;
  readonly renderer: Renderer;
  /** Milliseconds of a clock that never goes back. */
  readonly monotonicMs: () => number;
};

/** What would have become of one item. `rendered` is null when an existing send would be answered. */
export type DryRunItem =
  | {
      readonly kind: 'accepted';
      readonly idempotencyKey: string;
      readonly replayed: boolean;
      readonly rendered: RenderedContent | null;
      /** What of the rendering may not be meant so. */
      readonly warnings: readonly RenderWarning[];
    }
  | (Rejection & { readonly idempotencyKey: string | null });

/** The renderings of one dry run together take at most about so long, in milliseconds. */
const budgetMs = 4_000;

/** Checks and renders the items as the real thing would, and writes nothing. */
export async function dryRunItems(deps: DryRunDeps, input: AcceptBatchInput): Promise<readonly DryRunItem[]> {
  const outcomes = new Map<number, DryRunItem>();
  const refuse = (index: number, rejection: Rejection) =>
    outcomes.set(index, { ...rejection, idempotencyKey: keyOfRaw(input.items[index]) });
  const { fresh, known } = await readItems(deps, input, refuse);
  for (const { item, send } of known) {
    if (send.fingerprint === item.fingerprint) outcomes.set(item.index, replayOf(item));
    else refuse(item.index, keyReused());
  }
  const directory = await deps.directory.lookUp(input.workspaceId, wantedBy(fresh));
  const { placed, newProfiles, rejected } = resolveItems(fresh, directory, deps);
  for (const [index, rejection] of rejected) refuse(index, rejection);
  const existing = await deps.profileContexts(
    input.workspaceId,
    placed.map(({ profileId }) => profileId),
  );
  const profiles = new Map([...existing, ...newProfiles.map(contextOfNew)]);
  const endsAt = deps.monotonicMs() + budgetMs;
  for (const item of placed) {
    const content =
      deps.monotonicMs() > endsAt
        ? reject('rendering_failed', 'the dry run ran out of time: try fewer items')
        : await render(deps, item, profiles.get(item.profileId) ?? null);
    if ('kind' in content) refuse(item.parsed.index, content);
    else
      outcomes.set(item.parsed.index, {
        ...replayOf(item.parsed),
        ...freshOf(item.parsed),
        rendered: content,
      });
  }
  for (const item of fresh) if (!outcomes.has(item.index)) outcomes.set(item.index, replayOf(item));
  return input.items.map((_, index) => {
    const outcome = outcomes.get(index);
    if (outcome === undefined) throw new Error(`item ${index} was neither checked nor refused`);
    return outcome;
  });
}

/** What the template of the real thing would see of a profile that it would have made. */
const contextOfNew = ({ id, email, externalId }: NewProfile) => [id, { id, email, externalId }] as const;

/** Stands for the link that a send would get: there is no send to sign one for. */
const exampleUnsubscribeUrl = 'https://example.com/unsubscribe';

const replayOf = ({ item }: ParsedItem) =>
  ({
    kind: 'accepted',
    idempotencyKey: item.idempotencyKey,
    replayed: true,
    rendered: null,
    warnings: [],
  }) as const;

const freshOf = ({ item }: ParsedItem) => ({ replayed: false, warnings: nameWarnings(item.data ?? {}) });

async function render(
  deps: DryRunDeps,
  { parsed, template, sender, recipient }: PlacedItem,
  profile: Readonly<Record<string, unknown>> | null,
): Promise<RenderedContent | Rejection> {
  const { subject = null, data } = parsed.item;
  const snapshot = await deps.snapshot(template.snapshotId);
  const rendered = {
    data: data ?? {},
    profile,
    from: sender.from,
    to: { email: recipient.email, name: null },
    messageId: deps.newId(),
  };
  const link = parsed.item.subscriptionGroupId ? exampleUnsubscribeUrl : null;
  const { context, provided } = renderInputOf(rendered, link);
  // A final subject is not rendered, and the template's own may then be anything.
  const wanted = subject === null ? snapshot : { ...snapshot, id: `${snapshot.id}/body`, subject: '-' };
  const outcome = await deps.renderer.render(wanted, context, { provided });
  if (outcome.kind === 'failed') {
    return reject('rendering_failed', `the template cannot be rendered with this data: ${outcome.reason}`);
  }
  return { ...outcome.content, subject: subject ?? outcome.content.subject };
}

/** What would have become of one email. `rendered` is null when an existing send would be answered. */
export type DryRunEmail = {
  readonly from: Address;
  readonly to: string;
  readonly subject: string;
  /** The send that has the email's key already. */
  readonly existing: StoredSend | null;
  readonly error: string | null;
  readonly rendered: RenderedContent | null;
};

/** Checks the emails as the real thing would, and writes nothing. */
export async function dryRunEmails(
  deps: Pick<AcceptBatchDeps, 'sends' | 'directory'>,
  input: EmailsBatchInput,
): Promise<readonly DryRunEmail[]> {
  const plans = await readEmails(deps, input);
  const directory = await lookUpSenders(
    deps,
    input.workspaceId,
    plans.filter((plan) => plan.kind === 'new'),
  );
  return input.emails.map((email, index) => {
    const plan = plans[index];
    const { from, subject, html = null, text = null } = email;
    const failure = plan?.kind === 'new' ? failureOf(plan, directory) : null;
    return {
      from,
      to: email.to[0]?.email ?? '',
      subject,
      existing: plan?.kind === 'known' ? plan.send : null,
      error: failure?.message ?? null,
      rendered: plan?.kind === 'new' && failure === null ? { subject, html, text } : null,
    };
  });
}
