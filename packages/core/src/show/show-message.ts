import type { MessageHeader, NotCopied, RenderedMessage } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import { headersBeside } from '../send/headers-beside.ts';
import { renderInputOf } from '../send/render-input.ts';
import { type Renderer, renderSend, type SnapshotContent } from '../send/renderer.ts';
import { renderingBusy } from '../send/rendering-busy.ts';
import type { NewSend, ReadRef } from '../send/send.ts';
import { isShowable, notShowable } from '../send/shown-bytes.ts';

/** What a send is made of, as it is stored. */
export type SendSource = Pick<
  NewSend,
  | 'attachments'
  | 'cc'
  | 'confirmsGroupId'
  | 'data'
  | 'from'
  | 'headers'
  | 'lane'
  | 'messageId'
  | 'replyTo'
  | 'snapshotId'
  | 'subject'
  | 'subscriptionGroupId'
  | 'to'
  | 'toOthers'
  | 'trackClicks'
  | 'trackOpens'
  | 'trackText'
> & {
  readonly profileId: string | null;
  /** Whether somebody gets it whom nobody may see. */
  readonly hasBlindCopies: boolean;
  /** Why what it said is not there any more: a person was erased, or it was too old; null: it is there. */
  readonly gone: 'erased' | 'old' | null;
};

export type ShowMessageDeps = {
  /** Null: there is no such send. */
  readonly source: (ref: ReadRef) => Promise<SendSource | null>;
  readonly snapshot: (id: string) => Promise<SnapshotContent>;
  readonly profileContexts: (
    workspaceId: string,
    ids: readonly string[],
  ) => Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>>;
  readonly renderer: Renderer;
};

/** Whoever looks waits no longer than this for the rendering to be begun, in milliseconds. */
const maxWaitMs = 3_000;

/** Stand for the links that the recipient has: who looks must not leave a group, or confirm one, for them. */
const exampleLinks = {
  unsubscribe: 'https://example.com/unsubscribe',
  confirm: 'https://example.com/confirm',
};

function headersOf({ headers, subscriptionGroupId }: SendSource): readonly MessageHeader[] {
  if (subscriptionGroupId === null) return headers;
  const link = [{ name: 'List-Unsubscribe', value: `<${exampleLinks.unsubscribe}>` }];
  return [...headersBeside(headers, link), ...link];
}

const goneWords = {
  erased: 'What this email said was erased with the person that it went to.',
  old: 'What this email said was removed because of its age.',
};

/** What a copy would lack, since it is no part of the message, or is its recipient's own. */
function notCopiedOf({
  attachments,
  confirmsGroupId,
  hasBlindCopies,
  subscriptionGroupId,
}: SendSource): readonly NotCopied[] {
  const isLacking: Readonly<Record<NotCopied, boolean>> = {
    mime: attachments.some(({ mime }) => mime !== undefined),
    attachments: attachments.some(({ mime }) => mime === undefined),
    blind_copies: hasBlindCopies,
    confirmation: confirmsGroupId !== null,
    group: subscriptionGroupId !== null,
  };
  return (Object.keys(isLacking) as NotCopied[]).filter((part) => isLacking[part]);
}

/** Renders a send as its recipient gets it, but for links of ours; null: there is no such send. Nothing is sent or changed. */
export async function showMessage(deps: ShowMessageDeps, ref: ReadRef): Promise<RenderedMessage | null> {
  const send = await deps.source(ref);
  if (send === null) return null;
  if (send.gone !== null) throw new PostroomError('unprocessable', goneWords[send.gone]);
  const { workspaceId } = ref;
  const { profileId } = send;
  const profiles = await deps.profileContexts(workspaceId, profileId === null ? [] : [profileId]);
  const { context, provided } = renderInputOf(
    { ...send, profile: profiles.get(profileId ?? '') ?? null },
    {
      unsubscribeUrl: send.subscriptionGroupId === null ? null : exampleLinks.unsubscribe,
      confirmUrl: send.confirmsGroupId === null ? null : exampleLinks.confirm,
    },
  );
  const outcome = await renderSend(deps.renderer, await deps.snapshot(send.snapshotId), {
    subject: send.subject,
    context,
    options: { provided, workspaceId, waitMs: maxWaitMs },
  });
  if (outcome.kind === 'busy') throw renderingBusy(outcome.refusal);
  if (outcome.kind !== 'rendered')
    throw new PostroomError('unprocessable', `The email cannot be rendered: ${outcome.reason}.`);
  if (!isShowable(outcome.content)) throw new PostroomError('unprocessable', `The email ${notShowable()}.`);
  const { from, replyTo, to, toOthers, cc, attachments } = send;
  return {
    from,
    replyTo,
    to: [to, ...toOthers],
    cc,
    ...outcome.content,
    headers: headersOf(send),
    attachments: attachments.map(({ filename, contentType, sizeBytes }) => ({
      filename,
      contentType,
      sizeBytes,
    })),
    lane: send.lane,
    tracking: { clicks: send.trackClicks, opens: send.trackOpens, text: send.trackText },
    notCopied: notCopiedOf(send),
  };
}
