import type { ApiKeyResource, CreatedApiKeyResource, GrantableScope } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { call } from '../api/call.ts';
import { may, session } from '../api/session.ts';
import { useList } from '../api/use-list.ts';
import { act, failureOf } from '../ui/act.ts';
import { Badge } from '../ui/badge.tsx';
import { Copy } from '../ui/copy.tsx';
import { Confirm, Dialog } from '../ui/dialog.tsx';
import { Field, problemOf } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Moment } from '../ui/moment.tsx';
import { Empty } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { ListRows } from '../ui/table.tsx';
import { TextField } from '../ui/text-field.tsx';

/** What a key may do, in words; the types hold that no scope is missing. */
const scopes = {
  full: 'everything',
  'emails:write': 'send, retry and cancel mail',
  'emails:read': 'read mail and batches',
  'templates:write': 'change templates and senders',
  'templates:read': 'read templates and senders',
  'profiles:write': 'change recipients and groups',
  'profiles:read': 'read recipients and groups',
  admin: 'keys, domains, suppressions, webhooks, rates',
} satisfies Record<GrantableScope, string>;

const names = Object.keys(scopes) as (keyof typeof scopes)[];

function NewKey({
  onMade,
  onClose,
}: {
  readonly onMade: (key: CreatedApiKeyResource) => void;
  readonly onClose: () => void;
}) {
  const [name, setName] = useState('');
  const [mode, setMode] = useState(session.value?.mode ?? 'live');
  const [chosen, setChosen] = useState<readonly GrantableScope[]>(
    may('emails:write') ? ['emails:write'] : [],
  );
  const make = async () => {
    const answer = await call<CreatedApiKeyResource>('POST', '/api/v1/api-keys', {
      json: { name, scopes: chosen, mode },
    });
    if (answer.kind === 'ok') onMade(answer.value);
    return failureOf(answer);
  };
  const toggle = (scope: GrantableScope) =>
    setChosen(chosen.includes(scope) ? chosen.filter((some) => some !== scope) : [...chosen, scope]);
  return (
    <FormDialog title="New key" action="Make it" onSubmit={make} onClose={onClose}>
      {(failure) => (
        <>
          <TextField
            label="Name"
            hint="Who or what uses it."
            problem={problemOf(failure?.details, 'name')}
            value={name}
            onText={setName}
            input={{ required: true }}
          />
          <Field label="Mode" hint="What a test key sends is not sent, and ends as its address says.">
            {(given) => (
              <select
                {...given}
                value={mode}
                onChange={({ currentTarget }) => setMode(currentTarget.value === 'test' ? 'test' : 'live')}
              >
                <option>live</option>
                <option>test</option>
              </select>
            )}
          </Field>
          <fieldset>
            <legend>What it may do</legend>
            {names.map((scope) => (
              <label key={scope} class="choice">
                <input
                  type="checkbox"
                  disabled={!may(scope)}
                  checked={chosen.includes(scope)}
                  onChange={() => toggle(scope)}
                />
                <span>
                  <code>{scope}</code> <span class="faint">{scopes[scope]}</span>
                </span>
              </label>
            ))}
          </fieldset>
        </>
      )}
    </FormDialog>
  );
}

const MadeKey = ({
  made,
  onClose,
}: {
  readonly made: CreatedApiKeyResource;
  readonly onClose: () => void;
}) => (
  <Dialog title={`The key ${made.name}`} onClose={onClose}>
    <div class="body">
      <p>It is shown this once: take it along now.</p>
      <p>
        <code class="secret">{made.key}</code> <Copy text={made.key} what="the key" />
      </p>
    </div>
    <footer>
      <button type="button" class="primary" onClick={onClose}>
        I have it
      </button>
    </footer>
  </Dialog>
);

/** Who may call the API. */
export function KeysPage() {
  const list = useList<ApiKeyResource>('/api/v1/api-keys');
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<CreatedApiKeyResource | null>(null);
  const [asked, setAsked] = useState<ApiKeyResource | null>(null);
  const revoke = async (id: string) => {
    await act('DELETE', `/api/v1/api-keys/${id}`, { done: 'Revoked: it stops working within seconds.' });
    list.reload();
  };
  return (
    <Page
      title="Keys"
      actions={
        <button type="button" class="primary" onClick={() => setMaking(true)}>
          New key
        </button>
      }
    >
      <ListRows
        label="Keys"
        list={list}
        keyOf={({ id }) => id}
        columns={[
          { name: 'Name', cell: ({ name }) => name },
          { name: 'Begins with', kind: 'keep', cell: ({ prefix }) => <code>{prefix}…</code> },
          { name: 'Mode', cell: ({ mode }) => mode },
          { name: 'May', kind: 'grow', cell: ({ scopes: granted }) => granted.join(', ') },
          { name: 'Senders', cell: (key) => key.senderProfileIds?.length ?? 'any' },
          { name: 'Made', kind: 'when', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          {
            name: '',
            kind: 'end',
            cell: (key) =>
              key.revokedAt === null ? (
                <button
                  type="button"
                  class="small"
                  aria-label={`Revoke ${key.name}`}
                  onClick={() => setAsked(key)}
                >
                  Revoke
                </button>
              ) : (
                <Badge tone="quiet">revoked</Badge>
              ),
          },
        ]}
        empty={
          <Empty title="No keys yet">
            <p>A key is what a program calls the API with. Make one for each, with no more than it needs.</p>
          </Empty>
        }
      />
      {isMaking && (
        <NewKey
          onClose={() => setMaking(false)}
          onMade={(key) => {
            setMade(key);
            list.reload();
          }}
        />
      )}
      {made !== null && <MadeKey made={made} onClose={() => setMade(null)} />}
      {asked !== null && (
        <Confirm
          title={`Revoke ${asked.name}?`}
          text={<p>Whoever uses it is refused from then on, and so are sessions that were opened with it.</p>}
          action="Revoke it"
          onClose={() => setAsked(null)}
          onConfirm={() => revoke(asked.id)}
        />
      )}
    </Page>
  );
}
