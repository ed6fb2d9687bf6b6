import type { EmailHistory } from '@postroom/contracts';
import type { Tone } from '../../ui/badge.tsx';
import { Moment } from '../../ui/moment.tsx';
import { momentOf } from '../../ui/words.ts';

type Entry = EmailHistory['events'][number];

const tones: Partial<Record<Entry['type'], Tone>> = {
  sent: 'good',
  delivered: 'good',
  opened: 'good',
  clicked: 'good',
  failed: 'bad',
  bounced: 'bad',
  complained: 'bad',
  rejected: 'bad',
  rendering_failure: 'bad',
  delayed: 'warn',
  skipped: 'warn',
  attempt: 'busy',
};

const attemptWords: Readonly<Record<string, string>> = {
  sent: 'SES took it',
  in_doubt: 'in doubt: SES may have taken it',
  retry: 'tried again later',
  failed: 'refused for good',
  skipped: 'not sent',
  returned: 'given back untouched',
};

function titleOf({ type, attempt, outcome, machine, detail }: Entry): string {
  if (type === 'attempt')
    return `Attempt ${attempt}: ${outcome === undefined ? 'under way' : (attemptWords[outcome] ?? outcome)}`;
  if (type === 'webhook')
    return `Webhook told: ${String(detail?.event ?? '')} – ${String(detail?.status ?? '')}`;
  const words = type.replaceAll('_', ' ');
  const by = machine === undefined ? '' : machine ? ' by a machine' : ' by a person';
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}${by}`;
}

/** What is said of an entry, in the words of whoever said it. */
const Words = ({ entry }: { readonly entry: Entry }) => (
  <>
    {entry.error !== undefined && (
      <p class="words">
        <code>{entry.error.code}</code> {entry.error.message}
      </p>
    )}
    {entry.message !== undefined && <p class="words">{entry.message}</p>}
    {entry.bounceType != null && (
      <p class="words">
        {entry.bounceType}
        {entry.bounceSubType != null && `, ${entry.bounceSubType}`}
        {entry.diagnostic != null && `: ${entry.diagnostic}`}
      </p>
    )}
    {entry.url !== undefined && <p class="words clip">{entry.url}</p>}
    {entry.reason != null && <p class="faint">told by: {entry.reason}</p>}
    {entry.type === 'webhook' && typeof entry.detail?.webhookId === 'string' && (
      <p>
        <a href={`/dashboard/webhooks/${entry.detail.webhookId}`}>Its deliveries</a>
      </p>
    )}
  </>
);

/** What happened to a send, oldest first. */
export const TimeLine = ({ history }: { readonly history: EmailHistory }) => (
  <ol class="time-line">
    {history.events.map((entry, at) => (
      <li key={`${at} ${entry.type}`} class={tones[entry.type] ?? 'quiet'}>
        <div class="what">
          <strong>{titleOf(entry)}</strong>
          <span class="faint" title={momentOf(entry.at)}>
            <Moment at={entry.at} />
          </span>
        </div>
        <Words entry={entry} />
      </li>
    ))}
  </ol>
);
