import type { ActionRefusal, ListedAction, ListedActions } from '@postroom/contracts';
import { useEffect, useState } from 'preact/hooks';
import { withQuery } from '../../api/call.ts';
import { may } from '../../api/session.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { act } from '../../ui/act.ts';
import { Moment } from '../../ui/moment.tsx';
import { counted } from '../../ui/words.ts';
import { bulkActions, emailsOf, saveExport } from './ask-action.tsx';
import { wordsOf } from './search.ts';

/** Why sends were left as they were; the types hold that no reason is missing. */
const refusals = {
  not_failed: 'no longer failed',
  not_waiting: 'no longer waited',
  beaten: 'were changed by somebody else meanwhile',
  changed_since: 'failed anew after it was asked for',
  sender_not_verified: 'have a sender that is not verified',
  never_accepted: 'were refused when they came in',
  recipient_erased: 'are to somebody who was erased',
  content_removed: 'have no content any more',
  not_understood: 'need newer workers: update them, and ask again',
} satisfies Record<ActionRefusal, string>;

/** Between two looks while one is under way, and while none is, in milliseconds. */
const [workMs, restMs] = [1_000, 10_000];

/** The actions that were asked for last, how far they are, and the ids of those that are over. */
export function useActions() {
  const path = may('emails:read') ? '/dashboard/api/actions' : null;
  const [everyMs, setEveryMs] = useState(restMs);
  const { value, reload } = useAnswer<ListedActions>(path, everyMs);
  const isAnyRunning = value?.actions.some(({ state }) => state === 'running') ?? false;
  useEffect(() => setEveryMs(isAnyRunning ? workMs : restMs), [isAnyRunning]);
  const ended = value?.actions.filter(({ state }) => state !== 'running').map(({ id }) => id);
  return { actions: value?.actions ?? [], ended: ended?.join() ?? null, reload };
}

/** How long an action that is over stands in sight, in milliseconds. */
const shownMs = 600_000;

/** Whether an action is under way, or has just ended. */
export const isNew = ({ finishedAt }: ListedAction): boolean =>
  finishedAt === null || Date.parse(finishedAt) > Date.now() - shownMs;

const refusedOf = ({ refused }: ListedAction) =>
  Object.entries(refused).map(([reason, count]) => ({ words: refusals[reason as ActionRefusal], count }));

function Action({ action, onChange }: { readonly action: ListedAction; readonly onChange: () => unknown }) {
  const { id, state, filter, matched, matchedIsEstimate, done } = action;
  const { name, done: doneWords } = bulkActions[action.action];
  const refused = refusedOf(action);
  const looked = refused.reduce((sum, { count }) => sum + count, done);
  const about = [filter.status, filter.delivery, wordsOf(filter)].filter(Boolean).join(' ');
  const stop = async () => {
    await act('POST', `/api/v1/emails/actions/${id}/stop`, { done: 'Stopped.' });
    onChange();
  };
  return (
    <li>
      <div>
        <p class="words">
          {name} {emailsOf(matched, matchedIsEstimate)}:{' '}
          <a href={withQuery('/dashboard/sends', filter)}>{about || 'all'}</a>
        </p>
        <p class="faint">
          {state === 'running' && (
            <progress max={Math.max(matched, looked, 1)} value={looked} aria-label={`How far: ${name}`} />
          )}{' '}
          {state === 'stopped' && 'Stopped: '}
          {counted(done)} {doneWords}
          {refused.map(({ words, count }) => `, ${counted(count)} ${words}`)} ·{' '}
          <Moment at={action.createdAt} />
        </p>
      </div>
      {state === 'running' && may('emails:write') && (
        <button type="button" class="small" onClick={() => void stop()}>
          Stop
        </button>
      )}
      {action.action === 'export' && (
        <button type="button" class="small" onClick={() => void saveExport(id)}>
          Download
        </button>
      )}
    </li>
  );
}

/** Actions, newest first: what each came to, those under way with how far they are. */
export const Actions = ({
  actions,
  reload,
}: {
  readonly actions: readonly ListedAction[];
  readonly reload: () => unknown;
}) => (
  <ul class="causes">
    {actions.map((action) => (
      <Action key={action.id} action={action} onChange={reload} />
    ))}
  </ul>
);
