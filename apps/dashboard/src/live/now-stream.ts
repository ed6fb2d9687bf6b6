import type { Now } from '@postroom/contracts';
import { signal } from '@preact/signals';
import { signedOut } from '../api/call.ts';
import { isOver } from '../api/session.ts';
import { keepStream } from './kept-stream.ts';

/** The state of things as it was last told; null: nothing has come yet. */
export const now = signal<Now | null>(null);

/** Whether it is told just now. */
export const isLive = signal(false);

function open(heard: () => void): EventSource {
  const source = new EventSource('/dashboard/api/stream');
  source.addEventListener('now', ({ data }) => {
    now.value = JSON.parse(data);
    isLive.value = true;
    heard();
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

/** From one look at the stream to the next, in milliseconds: one that was refused or fell silent is opened again. */
const lookMs = 5_000;

/** Listens while the page is seen; answers how to stop. A hidden page costs nobody anything. */
export function listen(): () => void {
  const stream = keepStream({
    open,
    clock: () => performance.now(),
    onClosed: () => {
      isLive.value = false;
    },
  });
  const look = () => (document.hidden || isOver.peek() ? stream.close() : stream.look());
  document.addEventListener('visibilitychange', look);
  const timer = setInterval(look, lookMs);
  look();
  return () => {
    document.removeEventListener('visibilitychange', look);
    clearInterval(timer);
    stream.close();
    now.value = null;
  };
}
