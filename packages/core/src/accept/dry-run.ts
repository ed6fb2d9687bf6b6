import type { Address } from '@postroom/contracts';
import { nameWarnings, type RenderWarning, renderInputOf } from '../send/render-input.ts';
import {
  type RenderAsker,
  type RenderedContent,
  type Renderer,
  renderSend,
  type SnapshotContent,
} from '../send/renderer.ts';
import { renderingBusy } from '../send/rendering-busy.ts';
import type { StoredSend } from '../send/send.ts';
import { bytesInJson } from '../send/shown-bytes.ts';
import type { AskedEmail, AskedItem } from './asked-send.ts';
import type { NewProfile } from './directory.ts';
import { type Rejection, reject } from './item-outcome.ts';
import { keyOfRaw } from './parse-item.ts';
import { type EmailsBatchInput, type PlanEmailsDeps, planEmails } from './plan-emails.ts';
import { type AcceptBatchInput, type PlanItemsDeps, planItems } from './plan-items.ts';
import { newOnes } from './plan-sends.ts';
import type { PlannedSend, Step } from './planned-send.ts';

export type DryRunDeps = PlanItemsDeps & {
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

/** Plans the items as the real thing does, renders what that would write, and writes nothing. */
export async function dryRunItems(deps: DryRunDeps, input: AcceptBatchInput): Promise<readonly DryRunItem[]> {
  const plan = await planItems(deps, input);
  const existing = await deps.profileContexts(
    input.workspaceId,
    newOnes(plan).flatMap(({ recipientId }) => recipientId ?? []),
  );
  const profiles = new Map([...existing, ...plan.newProfiles.map(contextOfNew)]);
  const renderWithin = rendererWithin(deps, input.workspaceId);
  const outcomes: DryRunItem[] = [];
  for (const [index, step] of plan.steps.entries()) {
    const isNew = step.kind === 'new';
    const rendered = isNew ? await renderWithin(step, profiles.get(step.recipientId ?? '') ?? null) : null;
    outcomes.push(answer(step, rendered, keyOfRaw(input.items[index])));
  }
  return outcomes;
}

/** What the template of the real thing would see of a profile that it would have made. */
const contextOfNew = ({ id, email, externalId }: NewProfile) => [id, { id, email, externalId }] as const;

/** Stands for the link that a send would get: there is no send to sign one for. */
const exampleUnsubscribeUrl = 'https://example.com/unsubscribe';

function answer(
  step: Step<AskedItem>,
  rendered: RenderedContent | Rejection | null,
  givenKey: string | null,
): DryRunItem {
  if (step.kind === 'rejected') return { ...step, idempotencyKey: givenKey };
  if (rendered !== null && 'kind' in rendered) return { ...rendered, idempotencyKey: givenKey };
  const isNew = step.kind === 'new';
  return {
    kind: 'accepted',
    idempotencyKey: step.asked.key,
    replayed: !isNew,
    rendered,
    warnings: isNew ? nameWarnings(step.asked.data ?? {}) : [],
  };
}

type Profile = Readonly<Record<string, unknown>> | null;

const tooLong = () => reject('rendering_failed', 'the dry run ran out of time: try fewer items');
const tooMuch = () =>
  reject(
    'rendering_failed',
    `the renderings of this dry run are more than ${budget.bytes} bytes together: try fewer items`,
  );

/** Renders one item after the other, until what they may take together is used up; the rest are rejected. */
function rendererWithin(deps: DryRunDeps, workspaceId: string) {
  const endsAt = deps.monotonicMs() + budget.ms;
  let bytes = 0;
  return async (planned: PlannedSend, profile: Profile): Promise<RenderedContent | Rejection> => {
    if (bytes > budget.bytes) return tooMuch();
    const waitMs = endsAt - deps.monotonicMs();
    if (waitMs < 0) return tooLong();
    const content = await render(deps, { planned, profile, asker: { workspaceId, waitMs } });
    if ('kind' in content) return content;
    bytes += bytesInJson(content, budget.bytes);
    return bytes > budget.bytes ? tooMuch() : content;
  };
}

type SendToRender = {
  readonly planned: PlannedSend;
  readonly profile: Profile;
  readonly asker: RenderAsker;
};

async function render(
  deps: DryRunDeps,
  { planned: { asked, template, from, to }, profile, asker }: SendToRender,
): Promise<RenderedContent | Rejection> {
  if (asked.dialect === 'emails' || template === null) throw new Error('there is no template to render');
  const { subject, data } = asked;
  const snapshot = await deps.snapshot(template.snapshotId);
  const rendered = { data, profile, from, to, messageId: deps.newId() };
  const link = asked.subscriptionGroupId ? exampleUnsubscribeUrl : null;
  const { context, provided } = renderInputOf(rendered, { unsubscribeUrl: link, confirmUrl: null });
  const options = { ...asker, provided };
  const outcome = await renderSend(deps.renderer, snapshot, { subject, context, options });
  if (outcome.kind === 'busy') throw renderingBusy(outcome.refusal);
  if (outcome.kind !== 'rendered') {
    return reject('rendering_failed', `the template cannot be rendered with this data: ${outcome.reason}`);
  }
  return outcome.content;
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

/** What an email would be written as, or was planned as earlier in its batch; null: it is there already. */
function plannedOf<Asked extends AskedEmail>(
  step: Exclude<Step<Asked>, Rejection>,
): PlannedSend<Asked> | null {
  if (step.kind === 'new') return step;
  return step.kind === 'repeated' ? step.first : null;
}

/** Plans the emails as the real thing does, and writes nothing. */
export async function dryRunEmails(
  deps: PlanEmailsDeps,
  input: EmailsBatchInput,
): Promise<readonly DryRunEmail[]> {
  const { steps } = await planEmails(deps, input);
  return steps.map((step, index) => {
    if (step.kind === 'rejected') throw new Error(`email ${index} was rejected: ${step.message}`);
    const { from, to, subject, html, text } = step.asked;
    const planned = plannedOf(step);
    const failure = planned?.failure ?? null;
    return {
      from: planned?.from ?? from,
      to: to[0]?.email ?? '',
      subject: subject ?? '',
      existing: step.kind === 'known' ? step.send : null,
      error: failure?.message ?? null,
      rendered: step.kind === 'new' && failure === null ? { subject: subject ?? '', html, text } : null,
    };
  });
}
