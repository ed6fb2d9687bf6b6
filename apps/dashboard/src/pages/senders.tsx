import type { DomainResource, SenderProfileResource } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { call } from '../api/call.ts';
import { may, session } from '../api/session.ts';
import { useList } from '../api/use-list.ts';
import { act, failureOf } from '../ui/act.ts';
import { Badge, Status } from '../ui/badge.tsx';
import { problemOf } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { More } from '../ui/more.tsx';
import { Empty, tell } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { ListRows } from '../ui/table.tsx';
import { TextField } from '../ui/text-field.tsx';
import { DomainCard } from './senders/domain-card.tsx';

function AddDomain({ onAdded }: { readonly onAdded: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const [domain, setDomain] = useState('');
  const add = async () => {
    const answer = await call<DomainResource>('POST', '/api/v1/domains', { json: { domain } });
    if (answer.kind === 'ok') {
      tell('Registered: publish its records, then refresh it.');
      onAdded();
    }
    return failureOf(answer);
  };
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Add a domain
      </button>
      {isOpen && (
        <FormDialog title="Add a domain" action="Add it" onSubmit={add} onClose={() => setOpen(false)}>
          {(failure) => (
            <TextField
              label="Domain"
              hint="What stands after the @ of your senders. SES then names the DNS records to publish."
              problem={problemOf(failure?.details, 'domain')}
              value={domain}
              onText={setDomain}
              input={{ required: true, placeholder: 'example.com' }}
            />
          )}
        </FormDialog>
      )}
    </>
  );
}

function AddSender({ onAdded }: { readonly onAdded: () => void }) {
  const [isOpen, setOpen] = useState(false);
  const [given, setGiven] = useState({ name: '', fromEmail: '', fromName: '' });
  const add = async () => {
    const json = { ...given, fromName: given.fromName === '' ? null : given.fromName };
    const answer = await call<SenderProfileResource>('POST', '/api/v1/sender-profiles', { json });
    if (answer.kind === 'ok') {
      tell(answer.value.verified ? 'Made, and verified.' : 'Made. SES does not know its address yet.');
      onAdded();
    }
    return failureOf(answer);
  };
  const fields = [
    { name: 'name', label: 'Name', hint: 'What you call it here.', isRequired: true },
    { name: 'fromEmail', label: 'Address', hint: 'Where its mail comes from.', isRequired: true },
    {
      name: 'fromName',
      label: 'Name in mail',
      hint: 'What recipients see beside the address.',
      isRequired: false,
    },
  ] as const;
  return (
    <>
      <button type="button" class="primary" onClick={() => setOpen(true)}>
        Add a sender
      </button>
      {isOpen && (
        <FormDialog title="Add a sender" action="Add it" onSubmit={add} onClose={() => setOpen(false)}>
          {(failure) =>
            fields.map(({ name, label, hint, isRequired }) => (
              <TextField
                key={name}
                label={label}
                hint={hint}
                problem={problemOf(failure?.details, name)}
                value={given[name]}
                onText={(text) => setGiven({ ...given, [name]: text })}
                input={{ inputMode: name === 'fromEmail' ? 'email' : 'text', required: isRequired }}
              />
            ))
          }
        </FormDialog>
      )}
    </>
  );
}

/** How a sender stands with SES, and what to do about it. */
const Standing = ({ verified, flaggedReason }: SenderProfileResource) => {
  if (flaggedReason !== null) return <Badge tone="bad">refused: {flaggedReason}</Badge>;
  return verified ? (
    <Status of="verified" />
  ) : (
    <Badge tone="warn">not verified: verify it, then refresh</Badge>
  );
};

/** Who mail comes from, and the domains that vouch for them. */
export function SendersPage() {
  const domains = useList<DomainResource>('/api/v1/domains');
  const senders = useList<SenderProfileResource>('/api/v1/sender-profiles');
  const mayChange = session.value?.mode === 'live';
  const refresh = async (id: string) => {
    await act<SenderProfileResource>('POST', `/api/v1/sender-profiles/${id}/refresh`, {
      done: ({ verified }) => (verified ? 'Verified.' : 'SES does not know this address as verified yet.'),
    });
    senders.reload();
  };
  return (
    <Page
      title="Senders and domains"
      actions={
        <>
          {mayChange && may('admin') && <AddDomain onAdded={domains.reload} />}
          {may('templates:write') && <AddSender onAdded={senders.reload} />}
        </>
      }
    >
      {domains.items.map((domain) => (
        <DomainCard key={domain.id} domain={domain} onChange={domains.reload} />
      ))}
      <More list={domains} />
      {!domains.isLoading && domains.failure === null && domains.items.length === 0 && (
        <Empty title="No domains yet">
          <p>
            A verified domain stands for every address below it. Add yours, publish the DNS records that SES
            names, and refresh it here.
          </p>
        </Empty>
      )}
      <h2 class="between">Senders</h2>
      <ListRows
        label="Senders"
        list={senders}
        keyOf={({ id }) => id}
        columns={[
          { name: 'Name', cell: ({ name }) => name },
          {
            name: 'From',
            cell: ({ fromName, fromEmail }) => (fromName === null ? fromEmail : `${fromName} <${fromEmail}>`),
          },
          { name: 'At SES', cell: (sender) => <Standing {...sender} /> },
          { name: 'Configuration set', cell: ({ configurationSet }) => configurationSet },
          {
            name: '',
            kind: 'end',
            cell: ({ id, name }) =>
              mayChange && (
                <button
                  type="button"
                  class="small"
                  aria-label={`Refresh ${name}`}
                  onClick={() => void refresh(id)}
                >
                  Refresh
                </button>
              ),
          },
        ]}
        empty={
          <Empty title="No senders yet">
            <p>
              A sender is an address that mail comes from, with a name that you know it by. Add one here, or
              name any address of a verified domain as <code>from</code>.
            </p>
          </Empty>
        }
      />
    </Page>
  );
}
