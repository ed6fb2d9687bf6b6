import type { Address } from '@postroom/contracts';
import { nameWarnings, type RenderWarning, renderInputOf } from '../send/render-input.ts';
import type { RenderAsker, RenderedContent, Renderer, SnapshotContent } from '../send/renderer.ts';
import { renderingBusy } from '../send/rendering-busy.ts';
import type { StoredSend } from '../send/send.ts';
import type { AcceptBatchDeps } from './accept-deps.ts';
import { type EmailsBatchInput, failureOf, lookUpSenders, readEmails } from './accept-emails-batch.ts';
import { type AcceptBatchInput, readItems } from './accept-items-batch.ts';
import { wantedBy } from './directory.ts';
import { keyReused, type Rejection, reject } from './item-outcome.ts';
import type { NewProfile } from './known.ts';
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

/** What the renderings of one dry run may take together: about so many milliseconds, and so many bytes of the answer. */
const budget = { ms: 4_000, bytes: 12 * 1024 * 1024 } as const;

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
  const renderWithin = rendererWithin(deps, input.workspaceId);
  for (const item of placed) {
    const content = await renderWithin(item, profiles.get(item.profileId) ?? null);
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

type Profile = Readonly<Record<string, unknown>> | null;

const tooLong = () => reject('rendering_failed', 'the dry run ran out of time: try fewer items');
const tooMuch = () =>
  reject(
    'rendering_failed',
    `the renderings of this dry run are more than ${budget.bytes} bytes together: try fewer items`,
  );

/** Bytes that a rendering takes in the answer: marks and controls are escaped there. */
const bytesOf = (content: RenderedContent) => Buffer.byteLength(JSON.stringify(content));

/** Renders one item after the other, until what they may take together is used up; the rest are rejected. */
function rendererWithin(deps: DryRunDeps, workspaceId: string) {
  const endsAt = deps.monotonicMs() + budget.ms;
  let bytes = 0;
  return async (item: PlacedItem, profile: Profile): Promise<RenderedContent | Rejection> => {
    if (bytes > budget.bytes) return tooMuch();
    const waitMs = endsAt - deps.monotonicMs();
    if (waitMs < 0) return tooLong();
    const content = await render(deps, { item, profile, asker: { workspaceId, waitMs } });
    if ('kind' in content) return content;
    bytes += bytesOf(content);
    return bytes > budget.bytes ? tooMuch() : content;
  };
}

type ItemToRender = { readonly item: PlacedItem; readonly profile: Profile; readonly asker: RenderAsker };

async function render(
  deps: DryRunDeps,
  { item: { parsed, template, sender, recipient }, profile, asker }: ItemToRender,
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
  const outcome = await deps.renderer.render(wanted, context, { ...asker, provided });
  if (outcome.kind === 'busy') throw renderingBusy(outcome.refusal);
  if (outcome.kind !== 'rendered') {
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
