import type { DomainResource } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { session } from '../../api/session.ts';
import { act } from '../../ui/act.ts';
import { Status } from '../../ui/badge.tsx';
import { Copy } from '../../ui/copy.tsx';
import { Confirm } from '../../ui/dialog.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Section } from '../../ui/page.tsx';
import { Rows } from '../../ui/table.tsx';

const advice: Readonly<Record<DomainResource['status'], string>> = {
  verified: 'SES has found the records: every address below this domain may send.',
  pending: 'SES has not found the records yet. Publish those below, then refresh; DNS may take a while.',
  failed: 'SES no longer looks for the records. Publish those below and refresh: it begins anew.',
};

const Records = ({ domain }: { readonly domain: DomainResource }) => (
  <Rows
    label={`DNS records of ${domain.domain}`}
    isPlain
    items={domain.dnsRecords}
    keyOf={({ type, name, value }) => `${type} ${name} ${value}`}
    columns={[
      { name: 'Type', cell: ({ type }) => type },
      {
        name: 'Name',
        cell: ({ name }) => (
          <>
            <code class="id">{name}</code> <Copy text={name} what={`the name ${name}`} />
          </>
        ),
      },
      {
        name: 'Value',
        cell: ({ name, value }) => (
          <>
            <code class="id">{value}</code> <Copy text={value} what={`the value of ${name}`} />
          </>
        ),
      },
      {
        name: 'For',
        kind: 'keep',
        cell: ({ purpose, required }) => `${purpose.toUpperCase()}${required ? '' : ', advised'}`,
      },
    ]}
  />
);

/** One domain, and what is missing. */
export function DomainCard({
  domain,
  onChange,
}: {
  readonly domain: DomainResource;
  readonly onChange: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const [isShown, setShown] = useState(domain.status !== 'verified');
  const path = `/api/v1/domains/${domain.id}`;
  const refresh = async () => {
    await act<DomainResource>('POST', `${path}/refresh`, { done: ({ status }) => `SES says: ${status}.` });
    onChange();
  };
  const remove = async () => {
    await act('DELETE', path, { done: 'Taken away.' });
    onChange();
  };
  return (
    <Section title={domain.domain} aside={<Status of={domain.status} />}>
      <p class="pad">
        {advice[domain.status]}{' '}
        {domain.checkedAt !== null && (
          <span class="faint">
            SES was asked <Moment at={domain.checkedAt} />.
          </span>
        )}
      </p>
      <p class="pad row-of-buttons">
        {session.value?.mode === 'live' && (
          <button type="button" class="small" onClick={() => void refresh()}>
            Refresh
          </button>
        )}
        <button type="button" class="small" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          DNS records
        </button>
        {session.value?.mode === 'live' && (
          <button type="button" class="small" onClick={() => setAsking(true)}>
            Remove
          </button>
        )}
      </p>
      {isShown && <Records domain={domain} />}
      {isAsking && (
        <Confirm
          title={`Remove ${domain.domain}?`}
          text={
            <p>Its senders are no longer vouched for: mail from them is refused until it is added again.</p>
          }
          action="Remove it"
          onClose={() => setAsking(false)}
          onConfirm={remove}
        />
      )}
    </Section>
  );
}
