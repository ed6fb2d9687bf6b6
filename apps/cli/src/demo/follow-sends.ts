import { setTimeout as sleep } from 'node:timers/promises';
import { type EmailSend, emailSendSchema } from '@postroom/contracts';
import type { ApiClient } from './api-client.ts';

/** What is waited for, and for how long. */
export type FollowOptions = {
  readonly isDone: (send: EmailSend) => boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Hears, after every answer, all sends as they were last seen. */
  readonly onProgress?: (sends: readonly EmailSend[]) => void;
};

const atOnce = 8;
const pauseMs = 60;

/**
 * Asks for each send, a few at a time, until it is done, and answers how all of them were last seen: at the
 * end, or when the time is over.
 */
export async function followSends(
  api: ApiClient,
  ids: readonly string[],
  { isDone, timeoutMs, signal, onProgress = () => {} }: FollowOptions,
): Promise<EmailSend[]> {
  const seen = new Map<string, EmailSend>();
  const isOpen = (id: string) => {
    const send = seen.get(id);
    return send === undefined || !isDone(send);
  };
  const giveUpAt = performance.now() + timeoutMs;
  for (;;) {
    const open = ids.filter(isOpen);
    if (open.length === 0 || performance.now() > giveUpAt) return [...seen.values()];
    // One iterator for all of them: each takes the next id that nobody asks for yet.
    const waiting = open.values();
    const askInTurn = async () => {
      for (const id of waiting) {
        seen.set(id, await api.get(`/emails/${id}`, emailSendSchema));
        onProgress([...seen.values()]);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, askInTurn));
    await sleep(pauseMs, undefined, { signal });
  }
}
