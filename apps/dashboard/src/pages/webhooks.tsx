import type { PageResource, WebhookResource, WebhookWithSecret } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { call } from '../api/call.ts';
import { useAnswer } from '../api/use-answer.ts';
import { failureOf } from '../ui/act.ts';
import { Badge } from '../ui/badge.tsx';
import { Copy } from '../ui/copy.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { problemOf } from '../ui/field.tsx';
import { FormDialog } from '../ui/form-dialog.tsx';
import { Moment } from '../ui/moment.tsx';
import { Empty, Loading, Wrong } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { Rows } from '../ui/table.tsx';
import { TextField } from '../ui/text-field.tsx';

/** How an endpoint stands, and since when it fails. */
export const EndpointStanding = ({ enabled, disabledReason, failingSince }: WebhookResource) => {
  if (!enabled) return <Badge tone="quiet">off{disabledReason === null ? '' : `: ${disabledReason}`}</Badge>;
  if (failingSince === null) return <Badge tone="good">on</Badge>;
  return (
    <Badge tone="bad">
      fails since <Moment at={failingSince} />
    </Badge>
  );
};

function NewEndpoint({
  onMade,
  onClose,
}: {
  readonly onMade: (made: WebhookWithSecret) => void;
  readonly onClose: () => void;
}) {
  const [url, setUrl] = useState('');
  const [events, setEvents] = useState('*');
  const make = async () => {
    const json = { url, events: events.split(/[\s,]+/).filter((name) => name !== '') };
    const answer = await call<WebhookWithSecret>('POST', '/api/v1/webhooks', { json });
    if (answer.kind === 'ok') onMade(answer.value);
    return failureOf(answer);
  };
  return (
    <FormDialog title="New webhook" action="Make it" onSubmit={make} onClose={onClose}>
      {(failure) => (
        <>
          <TextField
            label="URL"
            problem={problemOf(failure?.details, 'url')}
            value={url}
            onText={setUrl}
            input={{ type: 'url', required: true, placeholder: 'https://example.com/webhooks' }}
          />
          <TextField
            label="Events"
            hint="* for all of them, or names with spaces between: email.delivered email.bounced"
            problem={problemOf(failure?.details, 'events[0]') ?? problemOf(failure?.details, 'events')}
            value={events}
            onText={setEvents}
            input={{ required: true }}
          />
        </>
      )}
    </FormDialog>
  );
}

/** Who is told what happens. */
export function WebhooksPage() {
  const { value, failure, reload } = useAnswer<PageResource<WebhookResource>>('/api/v1/webhooks?limit=100');
  const [isMaking, setMaking] = useState(false);
  const [made, setMade] = useState<WebhookWithSecret | null>(null);
  return (
    <Page
      title="Webhooks"
      actions={
        <button type="button" class="primary" onClick={() => setMaking(true)}>
          New webhook
        </button>
      }
    >
      {failure !== null && <Wrong failure={failure} retry={reload} />}
      {failure === null && value === null && <Loading />}
      {value?.data.length === 0 && (
        <Empty title="Nobody is told yet">
          <p>
            A webhook is told of each delivery, bounce, click and more, signed, until it has answered. Make
            one for the address of yours that is to hear of them, and send it a test.
          </p>
        </Empty>
      )}
      {value !== null && value.data.length > 0 && (
        <Rows
          label="Webhooks"
          items={value.data}
          keyOf={({ id }) => id}
          columns={[
            { name: 'URL', cell: ({ id, url }) => <a href={`/dashboard/webhooks/${id}`}>{url}</a> },
            { name: 'Standing', cell: (endpoint) => <EndpointStanding {...endpoint} /> },
            { name: 'Events', kind: 'grow', cell: ({ events }) => events.join(', ') },
            { name: 'Made', kind: 'when', cell: ({ createdAt }) => <Moment at={createdAt} /> },
          ]}
        />
      )}
      {isMaking && (
        <NewEndpoint
          onClose={() => setMaking(false)}
          onMade={(endpoint) => {
            setMade(endpoint);
            void reload();
          }}
        />
      )}
      {made !== null && (
        <Dialog title="Its secret" onClose={() => setMade(null)}>
          <div class="body">
            <p>Requests are signed with it. It is shown this once: take it along now.</p>
            <p>
              <code class="secret">{made.secret}</code> <Copy text={made.secret} what="the secret" />
            </p>
          </div>
        </Dialog>
      )}
    </Page>
  );
}
