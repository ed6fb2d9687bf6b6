import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Failure } from '../api/answer.ts';

type Toast = { readonly text: string; readonly isBad: boolean };

const toast = signal<Toast | null>(null);
let timer: ReturnType<typeof setTimeout> | undefined;

/** How long something that was done is told, in milliseconds. */
const toldMs = 6_000;

/** Says in a corner what was done, or that it was not. */
export function tell(text: string, isBad = false): void {
  clearTimeout(timer);
  toast.value = { text, isBad };
  timer = setTimeout(() => {
    toast.value = null;
  }, toldMs);
}

/** Where it is said. */
export const Toasts = () => (
  <div class="toasts" role="status">
    {toast.value !== null && (
      <p class={toast.value.isBad ? 'toast bad' : 'toast'}>
        {toast.value.text}
        <button type="button" class="icon" aria-label="Close" onClick={() => (toast.value = null)}>
          ×
        </button>
      </p>
    )}
  </div>
);

/** What went wrong, where it did. */
export const Wrong = ({
  failure,
  retry,
  again = 'Try again',
}: {
  readonly failure: Pick<Failure, 'code' | 'message'>;
  readonly retry?: () => unknown;
  /** What the button is named. */
  readonly again?: string;
}) => (
  <div class="wrong" role="alert">
    <p>{failure.message}</p>
    {retry !== undefined && failure.code !== 'insufficient_scope' && (
      <button type="button" onClick={() => void retry()}>
        {again}
      </button>
    )}
  </div>
);

/** Nothing is there, and what to do next. */
export const Empty = ({
  title,
  children,
}: {
  readonly title: string;
  readonly children?: ComponentChildren;
}) => (
  <div class="empty">
    <h2>{title}</h2>
    {children}
  </div>
);

/** How the first mail gets here. */
export const HowToSend = () => (
  <p>
    Send a batch with <code>POST /api/v1/emails/batch</code>: the <a href="/docs">reference</a> has a request
    to copy.
  </p>
);

/** Something is on its way. */
export const Loading = () => (
  <p class="loading" role="status">
    Loading …
  </p>
);
