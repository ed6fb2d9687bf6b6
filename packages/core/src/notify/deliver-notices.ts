import type { ClaimedNotice } from './claimed-notice.ts';
import { judge, type NoticeRecord, type PostOutcome } from './judge.ts';
import { payloadOf } from './payload.ts';
import { signatureHeaders, webhookIdOf } from './signature.ts';

/** What an endpoint had due. `closed`: it is disabled or gone, and what waited for it was ended. */
export type ClaimedNotices =
  | { readonly kind: 'claimed'; readonly notices: readonly ClaimedNotice[] }
  | { readonly kind: 'closed'; readonly ended: number };

/** One try, for the log and the metrics. */
export type NoticeReport = {
  readonly notice: ClaimedNotice;
  readonly record: NoticeRecord;
  /** Why this try disabled its endpoint, if it did. */
  readonly disabled: string | null;
};

export type DeliverNoticesDeps = {
  readonly notices: {
    /** Takes what is due of an endpoint, so many at most: fewer while nothing arrives there. */
    claim(endpointId: string, limit: number): Promise<ClaimedNotices>;
    /** Writes what came of a try, if its lease is still its own; answers why that disabled the endpoint, or null. */
    record(record: NoticeRecord): Promise<{ readonly isRecorded: boolean; readonly disabled: string | null }>;
  };
  /** Sends one request. Never rejects. */
  readonly post: (request: {
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  }) => Promise<PostOutcome>;
  readonly onTried: (report: NoticeReport) => void;
  /** Hears of a try that could not be written down: it is made again when its lease ends. */
  readonly onTrouble: (error: unknown) => void;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  readonly random: () => number;
};

/** Requests to one endpoint at once. */
export const maxPerEndpoint = 10;

/** After so long the endpoint goes to the end of the line, in milliseconds. */
const maxTurnMs = 10_000;

/** What a receiver says of what has arrived is looked at by hardly anybody: so many characters of it are kept. */
const maxDeliveredAnswer = 4_096;

const keptAnswer = (outcome: PostOutcome, { state }: Pick<NoticeRecord, 'state'>): string | null => {
  if (outcome.kind !== 'answered') return null;
  return state === 'delivered' ? outcome.answer.slice(0, maxDeliveredAnswer) : outcome.answer;
};

async function tryOnce(deps: DeliverNoticesDeps, notice: ClaimedNotice): Promise<boolean> {
  const request = payloadOf(notice);
  const atMs = deps.nowMs();
  const headers = signatureHeaders({
    id: webhookIdOf(notice.id),
    atMs,
    body: request,
    secrets: notice.secrets,
  });
  const startedMs = deps.monotonicMs();
  const outcome = await deps.post({ url: notice.url, headers, body: request });
  const verdict = judge(notice, outcome, { nowMs: deps.nowMs(), random: deps.random() });
  const record: NoticeRecord = {
    noticeId: notice.id,
    leaseToken: notice.leaseToken,
    url: notice.url,
    attempt: notice.attempt,
    startedAt: new Date(atMs),
    durationMs: Math.round(deps.monotonicMs() - startedMs),
    request,
    statusCode: outcome.kind === 'answered' ? outcome.statusCode : null,
    answer: keptAnswer(outcome, verdict),
    ...verdict,
  };
  const { disabled } = await deps.notices.record(record);
  deps.onTried({ notice, record, disabled });
  return verdict.state === 'delivered';
}

/**
 * Delivers what is due of one endpoint, so many at once, until there is nothing left, nothing arrives, or its turn is over:
 * what is slow or dead holds up nobody else. At least once: a process that dies leaves leases, and what was in its hands is
 * sent again when they end, under the same id. Rejects when nothing could be claimed.
 */
export async function deliverNotices(
  deps: DeliverNoticesDeps,
  endpointId: string,
  signal: AbortSignal,
): Promise<void> {
  const untilMs = deps.monotonicMs() + maxTurnMs;
  while (!signal.aborted && deps.monotonicMs() < untilMs) {
    const claimed = await deps.notices.claim(endpointId, maxPerEndpoint);
    if (claimed.kind === 'closed') {
      if (claimed.ended === 0) return;
      continue;
    }
    if (claimed.notices.length === 0) return;
    const arrived = await Promise.all(
      claimed.notices.map((notice) =>
        tryOnce(deps, notice).catch((error: unknown) => {
          deps.onTrouble(error);
          return false;
        }),
      ),
    );
    if (!arrived.includes(true)) return;
  }
}
