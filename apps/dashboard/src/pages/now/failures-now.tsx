import type { Now, ShownCause } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { withQuery } from '../../api/call.ts';
import { may } from '../../api/session.ts';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/page.tsx';
import { ageOf, countOf } from '../../ui/words.ts';
import { Actions, isNew, useActions } from '../sends/actions.tsx';
import { AskAction } from '../sends/ask-action.tsx';

/** What failed within the last hour, by cause, in the words of SES; each can be tried again. */
export function FailuresNow({ at, failures }: Pick<Now, 'at' | 'failures'>) {
  const [asked, setAsked] = useState<ShownCause | null>(null);
  const { actions, reload } = useActions();
  const retries = actions.filter((action) => action.filter.failure_cause !== undefined && isNew(action));
  return (
    <Section
      title="Failures of the last hour"
      aside={
        <>
          <a href="/dashboard/sends?status=Failed">All failures</a>
          {ageOf(at, failures?.countedAt ?? null)}
        </>
      }
    >
      <Actions actions={retries} reload={reload} />
      {failures === null && <p class="wrong">Not known: PostgreSQL does not answer in time.</p>}
      {failures?.causes.length === 0 && <p class="calm">Nothing has failed.</p>}
      <ul class="causes">
        {(failures?.causes ?? []).map((found) => (
          <li key={`${found.class} ${found.cause}`}>
            <div>
              <p class="words">{found.cause}</p>
              <p class="faint">
                <a href={withQuery('/dashboard/sends', found.filter)}>{countOf(found.count, 'email')}</a>
                {failures?.isPartial && ' or more'}
                {found.class !== null && (
                  <>
                    {' · '}
                    <code>{found.class}</code>
                  </>
                )}
                {' · '}
                <Moment at={found.lastAt} />
              </p>
            </div>
            {may('emails:write') && (
              <button type="button" onClick={() => setAsked(found)}>
                Retry these
              </button>
            )}
          </li>
        ))}
      </ul>
      {asked !== null && (
        <AskAction action="retry" filter={asked.filter} onClose={() => setAsked(null)} onAsked={reload} />
      )}
    </Section>
  );
}
