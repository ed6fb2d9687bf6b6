import type { SuppressionImport, SuppressionResource } from '@postroom/contracts';
import { useRef, useState } from 'preact/hooks';
import { call, download, withQuery } from '../../api/call.ts';
import { session } from '../../api/session.ts';
import { useList } from '../../api/use-list.ts';
import { act, failureOf } from '../../ui/act.ts';
import { Confirm, Dialog } from '../../ui/dialog.tsx';
import { problemOf } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Empty, tell } from '../../ui/notice.tsx';
import { ListRows } from '../../ui/table.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { counted, countOf } from '../../ui/words.ts';

const path = '/api/v1/suppressions';

function AddSuppression({
  onAdded,
  onClose,
}: {
  readonly onAdded: () => void;
  readonly onClose: () => void;
}) {
  const [email, setEmail] = useState('');
  const add = async () => {
    const answer = await call('POST', path, { json: { email } });
    if (answer.kind === 'ok') onAdded();
    return failureOf(answer);
  };
  return (
    <FormDialog title="Suppress an address" action="Suppress it" onSubmit={add} onClose={onClose}>
      {(failure) => (
        <TextField
          label="Address"
          hint="It gets no mail of this workspace until you take it off the list."
          problem={problemOf(failure?.details, 'email')}
          value={email}
          onText={setEmail}
          input={{ type: 'email', required: true }}
        />
      )}
    </FormDialog>
  );
}

/** What an import came to, with its mistakes. */
const Imported = ({
  result,
  onClose,
}: {
  readonly result: SuppressionImport;
  readonly onClose: () => void;
}) => (
  <Dialog title="Imported" onClose={onClose}>
    <div class="body">
      <p>
        {countOf(result.added, 'address', 'addresses')} added, {counted(result.unchanged)} known already,{' '}
        {counted(result.invalid)} not understood.
      </p>
      {result.errors.length > 0 && (
        <ul class="plain">
          {result.errors.map(({ line, message }) => (
            <li key={line}>
              Line {line}: {message}
            </li>
          ))}
          {result.moreErrors > 0 && <li>and {counted(result.moreErrors)} more</li>}
        </ul>
      )}
    </div>
  </Dialog>
);

function ImportButton({ onImported }: { readonly onImported: (result: SuppressionImport) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const take = async () => {
    const file = input.current?.files?.[0];
    if (file === undefined) return;
    const answer = await call<SuppressionImport>('POST', `${path}/import`, {
      file,
      type: 'text/csv',
    });
    if (input.current !== null) input.current.value = '';
    if (answer.kind === 'failed') tell(answer.failure.message, true);
    else onImported(answer.value);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept=".csv,.txt,text/csv,text/plain"
        hidden
        aria-label="A CSV file of suppressions"
        onChange={() => void take()}
      />
      <button type="button" onClick={() => input.current?.click()}>
        Import CSV
      </button>
    </>
  );
}

const Nobody = ({ isFiltered }: { readonly isFiltered: boolean }) =>
  isFiltered ? (
    <Empty title="Nothing matches" />
  ) : (
    <Empty title="Nobody is suppressed">
      <p>Who bounces or complains is put here by itself. The CSV of another product is taken as it is.</p>
    </Empty>
  );

/** Addresses that get no mail, and why. */
export function Suppressions() {
  const [reason, setReason] = useState('');
  const list = useList<SuppressionResource>(withQuery(path, { reason }));
  const [isAdding, setAdding] = useState(false);
  const [asked, setAsked] = useState<string | null>(null);
  const [result, setResult] = useState<SuppressionImport | null>(null);
  const mayChange = session.value?.mode === 'live';
  const lift = async (email: string) => {
    await act('DELETE', `${path}/${encodeURIComponent(email)}`, { done: 'It gets mail again.' });
    list.reload();
  };
  const save = async () => {
    const failure = await download(`${path}/export`, 'suppressions.csv');
    if (failure !== null) tell(failure.message, true);
  };
  return (
    <div class="stack inset">
      <div class="row-of-buttons">
        <select
          aria-label="Reason"
          class="narrow"
          value={reason}
          onChange={({ currentTarget }) => setReason(currentTarget.value)}
        >
          <option value="">Any reason</option>
          <option>Bounce</option>
          <option>Complaint</option>
          <option>Manual</option>
        </select>
        <button type="button" onClick={() => void save()}>
          Export CSV
        </button>
        {mayChange && (
          <>
            <ImportButton
              onImported={(made) => {
                setResult(made);
                list.reload();
              }}
            />
            <button type="button" class="primary" onClick={() => setAdding(true)}>
              Suppress an address
            </button>
          </>
        )}
      </div>
      <ListRows
        label="Suppressions"
        list={list}
        keyOf={({ email }) => email}
        columns={[
          { name: 'Address', cell: ({ email }) => email },
          { name: 'Reason', cell: (suppression) => suppression.reason },
          { name: 'Said by', cell: ({ origin }) => origin },
          { name: 'Note', kind: 'grow', cell: ({ note }) => note },
          {
            name: 'Ends',
            cell: ({ expiresAt }) => (expiresAt === null ? 'never' : <Moment at={expiresAt} />),
          },
          { name: 'Since', kind: 'when', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          {
            name: '',
            kind: 'end',
            cell: ({ email }) =>
              mayChange && (
                <button
                  type="button"
                  class="small"
                  aria-label={`Lift the suppression of ${email}`}
                  onClick={() => setAsked(email)}
                >
                  Lift
                </button>
              ),
          },
        ]}
        empty={<Nobody isFiltered={reason !== ''} />}
      />
      {isAdding && <AddSuppression onAdded={list.reload} onClose={() => setAdding(false)} />}
      {result !== null && <Imported result={result} onClose={() => setResult(null)} />}
      {asked !== null && (
        <Confirm
          title="Lift this suppression?"
          text={
            <p>
              <strong>{asked}</strong> gets mail again. If it bounces again, it comes back by itself, and each
              bounce counts against you at SES.
            </p>
          }
          action="Lift it"
          onClose={() => setAsked(null)}
          onConfirm={() => lift(asked)}
        />
      )}
    </div>
  );
}
