import type { MessageHeader, RenderedMessage } from '@postroom/contracts';
import { PostroomError } from '../postroom-error.ts';
import { renderInputOf } from '../send/render-input.ts';
import { type Renderer, renderSend, type SnapshotContent } from '../send/renderer.ts';
import { renderingBusy } from '../send/rendering-busy.ts';
import type { NewSend, ReadRef } from '../send/send.ts';

/** What a send is made of, as it is stored. */
export type SendSource = Pick<
  NewSend,
  | 'attachments'
  | 'cc'
  | 'confirmsGroupId'
  | 'data'
  | 'from'
  | 'headers'
  | 'messageId'
  | 'replyTo'
  | 'snapshotId'
  | 'subject'
  | 'subscriptionGroupId'
  | 'to'
  | 'toOthers'
> & {
  readonly profileId: string | null;
  /** What it said of a person was taken away. */
  readonly isErased: boolean;
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
  return [...headers, { name: 'List-Unsubscribe', value: `<${exampleLinks.unsubscribe}>` }];
}

/** Renders a send as its recipient gets it, but for links of ours; null: there is no such send. Nothing is sent or changed. */
export async function showMessage(deps: ShowMessageDeps, ref: ReadRef): Promise<RenderedMessage | null> {
  const send = await deps.source(ref);
  if (send === null) return null;
  if (send.isErased)
    throw new PostroomError(
      'unprocessable',
      'What this email said was erased with the person that it went to.',
    );
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
  };
}
