import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Answer, Failure } from './answer.ts';
import { call } from './call.ts';
import { isOver, session } from './session.ts';

/** What a page has of an answer: null until it has come. */
export type Loaded<Value> = {
  readonly value: Value | null;
  readonly failure: Failure | null;
  readonly reload: () => Promise<void>;
};

/** Asks again whenever the path changes; null asks nothing. What comes late for an earlier path is dropped. */
export function useAnswer<Value>(path: string | null, everyMs: number | null = null): Loaded<Value> {
  const [answer, setAnswer] = useState<Answer<Value> | null>(null);
  const current = useRef(path);
  current.current = path;
  const reload = useCallback(async () => {
    if (path === null) return;
    const next = await call<Value>('GET', path);
    if (current.current === path) setAnswer(next);
  }, [path]);
  useEffect(() => {
    setAnswer(null);
    void reload();
  }, [reload]);
  // What failed for want of a session is asked for again in the next one.
  useEffect(() => {
    if (answer?.kind === 'failed') void reload();
  }, [session.value]);
  useEffect(() => {
    if (everyMs === null) return;
    const timer = setInterval(() => {
      if (!document.hidden && !isOver.peek()) void reload();
    }, everyMs);
    return () => clearInterval(timer);
  }, [reload, everyMs]);
  return {
    value: answer?.kind === 'ok' ? answer.value : null,
    failure: answer?.kind === 'failed' ? answer.failure : null,
    reload,
  };
}
