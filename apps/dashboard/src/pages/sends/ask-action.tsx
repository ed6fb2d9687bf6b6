import type { ActionResource, BulkAction } from '@postroom/contracts';
import { useEffect, useState } from 'preact/hooks';
import { call, download, withQuery } from '../../api/call.ts';
import { Confirm } from '../../ui/dialog.tsx';
import { tell } from '../../ui/notice.tsx';
import { countOf } from '../../ui/words.ts';
import type { Search } from './search.ts';
import type { EmailList } from './wire.ts';

/** What an action does: its name, the statuses that it is about, and what to know before. */
export const bulkActions = {
  retry: {
    name: 'Retry',
    of: ['Failed'],
    done: 'queued again',
    note: 'Each is queued again and goes out as soon as its turn comes. Mend the cause first.',
  },
  cancel: {
    name: 'Cancel',
    of: ['Scheduled', 'Queued'],
    done: 'canceled',
    note: 'What a worker has in hand is sent all the same. What is canceled stays so.',
  },
  export: {
    name: 'Export',
    of: null,
    done: 'in the file',
    note: 'As a CSV file with one line for each, addresses among it.',
  },
} satisfies Record<BulkAction, unknown>;

/** Whether an action has anything to do with sends of a status. */
export const isAbout = (action: BulkAction, status: string | undefined): boolean =>
  status === undefined || (bulkActions[action].of?.includes(status) ?? true);

/** Saves what an export comes to. */
export async function saveExport(id: string): Promise<void> {
  const failure = await download(`/api/v1/emails/actions/${id}/export`, 'emails.csv');
  if (failure !== null) tell(failure.message, true);
}

/** How many sends an action would be about; null: that cannot be told. */
async function countFor(
  action: BulkAction,
  filter: Search,
): Promise<{ count: number; isEstimate: boolean } | null> {
  const statuses = filter.status === undefined ? (bulkActions[action].of ?? [undefined]) : [filter.status];
  let [count, isEstimate] = [0, false];
  for (const status of statuses) {
    const answer = await call<EmailList>(
      'GET',
      withQuery('/api/v1/emails', { ...filter, status, limit: '1' }),
    );
    if (answer.kind === 'failed') {
      tell(answer.failure.message, true);
      return null;
    }
    count += answer.value.count;
    isEstimate ||= answer.value.count_is_estimate;
  }
  return { count, isEstimate };
}

/** A number of emails, as exact as it is known. */
export const emailsOf = (count: number, isEstimate: boolean): string =>
  `${isEstimate ? 'about ' : ''}${countOf(count, 'email')}`;

/** Counts what an action would be about, asks whether it is meant, and has it done. */
export function AskAction({
  action,
  filter,
  onClose,
  onAsked,
}: {
  readonly action: BulkAction;
  readonly filter: Search;
  readonly onClose: () => void;
  readonly onAsked: () => unknown;
}) {
  const { name, note } = bulkActions[action];
  const [emails, setEmails] = useState<string | null>(null);
  useEffect(() => {
    void countFor(action, filter).then((found) => {
      if (found !== null && found.count > 0) return setEmails(emailsOf(found.count, found.isEstimate));
      if (found !== null) tell(`There is nothing to ${name.toLowerCase()}.`);
      onClose();
    });
  }, []);
  const ask = async () => {
    const answer = await call<ActionResource>('POST', '/api/v1/emails/actions', { json: { action, filter } });
    if (answer.kind === 'failed') return tell(answer.failure.message, true);
    onAsked();
    if (action === 'export') await saveExport(answer.value.id);
  };
  if (emails === null) return null;
  return (
    <Confirm
      title={`${name} ${emails}?`}
      text={
        <>
          {filter.failure_cause !== undefined && (
            <>
              <p>They failed because:</p>
              <blockquote>{filter.failure_cause}</blockquote>
            </>
          )}
          <p>{note}</p>
        </>
      }
      action={`${name} them`}
      isSafe={action !== 'cancel'}
      onClose={onClose}
      onConfirm={ask}
    />
  );
}
