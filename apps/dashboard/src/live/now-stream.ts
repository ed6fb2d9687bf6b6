import type { Now } from '@postroom/contracts';
import { signal } from '@preact/signals';
import { signedOut } from '../api/call.ts';
import { isOver } from '../api/session.ts';

/** The state of things as it was last told; null: nothing has come yet. */
export const now = signal<Now | null>(null);

/** Whether it is told just now. */
export const isLive = signal(false);

function open(): EventSource {
  const source = new EventSource('/dashboard/api/stream');
  source.addEventListener('now', ({ data }) => {
    now.value = JSON.parse(data);
    isLive.value = true;
  });
  source.addEventListener('end', () => {
    source.close();
    isLive.value = false;
    signedOut.value += 1;
  });
  // It opens again by itself, but for an answer that is no stream: then a look later tells.
  source.addEventListener('error', () => {
    isLive.value = false;
  });
  return source;
}

/** How long to wait before a stream that was refused is tried again, in milliseconds. */
const againMs = 5_000;

/** Listens while the page is seen; answers how to stop. A hidden page costs nobody anything. */
export function listen(): () => void {
  let source: EventSource | null = null;
  const look = () => {
    if (document.hidden || isOver.peek()) {
      source?.close();
      source = null;
      isLive.value = false;
    } else if (source === null || source.readyState === EventSource.CLOSED) source = open();
  };
  document.addEventListener('visibilitychange', look);
  const timer = setInterval(look, againMs);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    clearInterval(timer);
    source?.close();
    isLive.value = false;
    now.value = null;
  };
}
