import type { ComponentChildren } from 'preact';

/** How something stands; each has a shape of its own beside its colour. */
export type Tone = 'good' | 'bad' | 'warn' | 'busy' | 'quiet';

/** How something stands, in a word. */
export const Badge = ({ tone, children }: { readonly tone: Tone; readonly children: ComponentChildren }) => (
  <span class={`badge ${tone}`}>
    <svg aria-hidden="true" viewBox="0 0 10 10" width="10" height="10">
      {tone === 'good' && <circle cx="5" cy="5" r="4" />}
      {tone === 'bad' && <path d="M5 1 9 5 5 9 1 5Z" />}
      {tone === 'warn' && <path d="M5 1.2 9.400 9H.6Z" />}
      {tone === 'busy' && <circle cx="5" cy="5" r="3.2" class="ring" />}
      {tone === 'busy' && <path d="M5 1.5a3.5 3.500 0 0 1 0 7Z" />}
      {tone === 'quiet' && <circle cx="5" cy="5" r="3.200" class="ring" />}
    </svg>
    {children}
  </span>
);

const tones: Readonly<Record<string, Tone>> = {
  Scheduled: 'quiet',
  Queued: 'busy',
  Processing: 'busy',
  Sent: 'good',
  Failed: 'bad',
  Skipped: 'warn',
  Canceled: 'quiet',
  delivered: 'good',
  delayed: 'warn',
  bounced: 'bad',
  complained: 'bad',
  verified: 'good',
  pending: 'busy',
  failed: 'bad',
  blocked: 'warn',
  Active: 'good',
  Archived: 'quiet',
  ok: 'good',
  warning: 'warn',
  paused: 'bad',
};

/** A status of the API, by its own name. */
export const Status = ({ of }: { readonly of: string }) => <Badge tone={tones[of] ?? 'quiet'}>{of}</Badge>;
