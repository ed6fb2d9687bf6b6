import type { Now } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { may } from '../../api/session.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { Section } from '../../ui/page.tsx';
import { countOf } from '../../ui/words.ts';
import { RetryProgress } from './retry-progress.tsx';

type Cause = NonNullable<Now['failures']>[number];

const wordsOf = ({ message, class: failureClass }: Cause) => message ?? failureClass ?? 'No reason is known.';

/** What failed within the last hour, by cause, in the words of SES; each can be tried again. */
export function FailuresNow({ failures }: Pick<Now, 'failures'>) {
  const [asked, setAsked] = useState<Cause | null>(null);
  const [running, setRunning] = useState<Cause | null>(null);
  if (failures === null) return null;
  return (
    <Section
      title="Failures of the last hour"
      aside={<a href="/dashboard/sends?status=Failed">All failures</a>}
    >
      {running !== null && (
        <RetryProgress cause={running.message ?? ''} onEnd={() => setRunning(null)} key={running.message} />
      )}
      {failures.length === 0 ? (
        <p class="calm">Nothing has failed.</p>
      ) : (
        <ul class="causes">
          {failures.map((cause) => (
            <li key={`${cause.class} ${cause.message}`}>
              <div>
                <p class="words">{wordsOf(cause)}</p>
                <p class="faint">
                  {countOf(cause.count, 'email')}
                  {cause.class !== null && (
                    <>
                      {' · '}
                      <code>{cause.class}</code>
                    </>
                  )}
                </p>
              </div>
              {may('emails:write') && cause.message !== null && (
                <button type="button" disabled={running !== null} onClick={() => setAsked(cause)}>
                  Retry these
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {asked !== null && (
        <Confirm
          title={`Retry ${countOf(asked.count, 'email')}?`}
          text={
            <>
              <p>They failed within the last hour, because:</p>
              <blockquote>{wordsOf(asked)}</blockquote>
              <p>Each is queued again and goes out as soon as its turn comes. Mend the cause first.</p>
            </>
          }
          action="Retry them"
          onClose={() => setAsked(null)}
          onConfirm={() => setRunning(asked)}
        />
      )}
    </Section>
  );
}
