import type { EmailList } from '@postroom/contracts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { call, withQuery } from '../../api/call.ts';
import { tell } from '../../ui/notice.tsx';
import { counted, countOf } from '../../ui/words.ts';

/** As many failures are looked through. */
const maxPages = 20;

type Progress = { readonly retried: number; readonly refused: number; readonly seen: number };

/** Retries what failed within the last hour for one cause, one after the other, until it is told to stop. */
async function retryAll(cause: string, onProgress: (progress: Progress) => void, signal: AbortSignal) {
  let progress: Progress = { retried: 0, refused: 0, seen: 0 };
  let cursor: string | undefined;
  const since = new Date(Date.now() - 3_600_000).toISOString();
  for (let page = 0; page < maxPages && !signal.aborted; page += 1) {
    const answer = await call<EmailList>(
      'GET',
      withQuery('/api/v1/emails', { status: 'Failed', limit: '100', cursor }),
    );
    if (answer.kind === 'failed') return { progress, failure: answer.failure };
    for (const email of answer.value.emails) {
      if (signal.aborted) break;
      progress = { ...progress, seen: progress.seen + 1 };
      if (email.error !== cause || email.updated_at < since) continue;
      const { kind } = await call('POST', `/api/v1/emails/${email.id}/retry`);
      const done = kind === 'ok' ? 'retried' : 'refused';
      progress = { ...progress, [done]: progress[done] + 1 };
      onProgress(progress);
    }
    cursor = answer.value.next_cursor ?? undefined;
    if (cursor === undefined) break;
  }
  return { progress, failure: null };
}

/** How far the retrying of one cause is, and a way to stop it. */
export function RetryProgress({ cause, onEnd }: { readonly cause: string; readonly onEnd: () => void }) {
  const [progress, setProgress] = useState<Progress>({ retried: 0, refused: 0, seen: 0 });
  const stopping = useRef(new AbortController());
  useEffect(() => {
    const { signal } = stopping.current;
    void retryAll(cause, setProgress, signal).then(({ progress: end, failure }) => {
      if (failure !== null) tell(failure.message, true);
      else
        tell(
          `${countOf(end.retried, 'email')} queued again${end.refused > 0 ? `, ${counted(end.refused)} refused` : ''}.`,
        );
      onEnd();
    });
    return () => stopping.current.abort();
  }, []);
  return (
    <div class="progress" role="status">
      <span>{countOf(progress.retried, 'email')} queued again …</span>
      <button type="button" class="small" onClick={() => stopping.current.abort()}>
        Stop
      </button>
    </div>
  );
}
