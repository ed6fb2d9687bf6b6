import type { EmailSend, TemplateResource } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { call } from '../../api/call.ts';
import { keepKey } from '../../api/keeper.ts';
import { may } from '../../api/session.ts';
import { typeIdOf } from '../../api/type-id.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { tell } from '../../ui/notice.tsx';
import { outcomeOf } from '../../ui/outcome.ts';
import { TextField } from '../../ui/text-field.tsx';

/** Sends a template as it is saved, with its sample data, to one address. */
export function TestMail({
  template,
  isChanged,
}: {
  readonly template: TemplateResource;
  readonly isChanged: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const [email, setEmail] = useState('');
  const [problem, setProblem] = useState<string | null>(null);
  const [keys] = useState(keepKey);
  const { route } = useLocation();
  const send = async (event: Event) => {
    event.preventDefault();
    const json = {
      templateId: template.id,
      to: { email },
      data: template.sampleData,
      tags: ['test-mail'],
    };
    // What is saved meanwhile is another mail.
    const key = keys.keyFor([template.currentSnapshotId, template.senderProfileId, json]);
    const answer = await call<EmailSend>('POST', '/api/v1/emails', { json, key });
    if (answer.kind === 'failed') return setProblem(answer.failure.message);
    keys.done();
    const { id, status, failureMessage } = answer.value;
    tell(...outcomeOf(status, failureMessage, 'Queued.'));
    setProblem(null);
    setOpen(false);
    // Its page is in place of this one, which has what is not saved.
    if (!isChanged) route(`/dashboard/sends/${typeIdOf(id)}`);
  };
  if (!may('emails:write') || template.status !== 'Active') return null;
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Send a test
      </button>
      {isOpen && (
        <Dialog title="Send a test mail" onClose={() => setOpen(false)}>
          <form onSubmit={(event) => void send(event)}>
            <div class="body">
              {isChanged && <p class="note">What is not saved yet is not in it.</p>}
              <TextField
                label="To"
                problem={problem}
                hint="It is rendered with the sample data and really sent."
                value={email}
                onText={setEmail}
                input={{ type: 'email', required: true }}
              />
            </div>
            <footer>
              <button type="submit" class="primary">
                Send it
              </button>
            </footer>
          </form>
        </Dialog>
      )}
    </>
  );
}
