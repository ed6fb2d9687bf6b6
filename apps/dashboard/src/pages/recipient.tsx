import type { ProfileResource, SubscriptionGroupResource } from '@postroom/contracts';
import { useRoute } from 'preact-iso';
import { withQuery } from '../api/call.ts';
import { useAll } from '../api/use-all.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Badge } from '../ui/badge.tsx';
import { Moment } from '../ui/moment.tsx';
import { Loading, Wrong } from '../ui/notice.tsx';
import { Facts, Page, Section } from '../ui/page.tsx';
import { Standing } from './recipients.tsx';

const tones = { subscribed: 'good', unsubscribed: 'quiet', pending: 'busy' } as const;

function Subscriptions({ subscriptions }: ProfileResource) {
  const groups = useAll<SubscriptionGroupResource>('/api/v1/subscription-groups');
  const nameOf = (id: string) => groups.find((group) => group.id === id)?.name ?? id.slice(0, 8);
  if (subscriptions.length === 0)
    return <p class="calm">They have said nothing of any group: the groups' own rules hold.</p>;
  return (
    <table class="rows">
      <tbody>
        {subscriptions.map(({ groupId, status, updatedAt }) => (
          <tr key={groupId}>
            <th scope="row">{nameOf(groupId)}</th>
            <td>
              <Badge tone={tones[status]}>{status}</Badge>
            </td>
            <td class="when">
              <Moment at={updatedAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** One recipient. */
export function RecipientPage() {
  const { params } = useRoute();
  const { value, failure, reload } = useAnswer<ProfileResource>(`/api/v1/profiles/${params.id ?? ''}`);
  return (
    <Page
      title={value?.email ?? value?.externalId ?? 'Recipient'}
      back={{ href: '/dashboard/recipients', text: 'Recipients' }}
    >
      {failure !== null && <Wrong failure={failure} retry={reload} />}
      {failure === null && value === null && <Loading />}
      {value !== null && (
        <div class="columns">
          <div class="stack">
            <Section title="Groups">
              <Subscriptions {...value} />
            </Section>
            <Section title="Attributes">
              <pre class="source">{JSON.stringify(value.attributes, null, 2)}</pre>
            </Section>
          </div>
          <Section title="Facts">
            <Facts
              of={[
                ['Standing', <Standing {...value} />],
                ['Address', value.email],
                ['External id', value.externalId],
                ['Id', <code class="id">{value.id}</code>],
                ['Known since', <Moment at={value.createdAt} />],
                [
                  'Mail',
                  value.email === null ? null : (
                    <a href={withQuery('/dashboard/sends', { to: value.email })}>What was sent to them</a>
                  ),
                ],
              ]}
            />
          </Section>
        </div>
      )}
    </Page>
  );
}
