import type { TemplateResource } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import type { Failure } from '../api/answer.ts';
import { call } from '../api/call.ts';
import { may, session } from '../api/session.ts';
import { useAnswer } from '../api/use-answer.ts';
import { Loading, tell, Wrong } from '../ui/notice.tsx';
import { Page } from '../ui/page.tsx';
import { mayLose, useUnsaved } from '../ui/unsaved.ts';
import {
  contentOf,
  type Draft,
  dataOf,
  draftBehind,
  draftOf,
  emptyDraft,
  isEdited,
  writtenOf,
} from './template/draft.ts';
import { Editor } from './template/editor.tsx';
import { Preview } from './template/preview.tsx';
import { TestMail } from './template/test-mail.tsx';
import { usePreview } from './template/use-preview.ts';
import { Versions } from './template/versions.tsx';

function Actions({
  template,
  draft,
  onChange,
  onSaved,
  onMoved,
  onFailure,
}: {
  readonly template: TemplateResource | null;
  readonly draft: Draft;
  readonly onChange: (draft: Draft) => void;
  readonly onSaved: (template: TemplateResource, sent: Draft) => void;
  readonly onMoved: (status: TemplateResource['status']) => void;
  readonly onFailure: (failure: Failure | null) => void;
}) {
  const [isSaving, setSaving] = useState(false);
  const data = dataOf(draft.sampleData);
  const isChanged = isEdited(draft, template);
  const save = async () => {
    if (data.kind === 'bad') return tell('The sample data is no JSON object.', true);
    setSaving(true);
    const [method, path] =
      template === null ? ['POST', '/api/v1/templates'] : ['PATCH', `/api/v1/templates/${template.id}`];
    const answer = await call<TemplateResource>(method ?? '', path ?? '', {
      json: { name: draft.name, ...contentOf(draft), sampleData: data.value },
    });
    setSaving(false);
    onFailure(answer.kind === 'failed' ? answer.failure : null);
    if (answer.kind === 'failed') return;
    tell('Saved. Mail that is accepted from now on uses it.');
    onSaved(answer.value, draft);
  };
  const move = async (action: 'archive' | 'unarchive') => {
    const answer = await call<TemplateResource>('POST', `/api/v1/templates/${template?.id}/${action}`);
    if (answer.kind === 'failed') return tell(answer.failure.message, true);
    tell(action === 'archive' ? 'Archived: new mail cannot use it.' : 'Active again.');
    onMoved(answer.value.status);
  };
  if (!may('templates:write') || session.value?.mode === 'test') return null;
  return (
    <>
      {template !== null && (
        <>
          <Versions
            path={`/api/v1/templates/${template.id}/versions`}
            onTaken={(version) => onChange({ ...draft, ...writtenOf(version) })}
            mayTake={mayLose}
          />
          <TestMail template={template} isChanged={isChanged} />
        </>
      )}
      {template?.status === 'Active' && (
        <button type="button" onClick={() => void move('archive')}>
          Archive
        </button>
      )}
      {template?.status === 'Archived' && (
        <button type="button" onClick={() => void move('unarchive')}>
          Unarchive
        </button>
      )}
      <button
        type="button"
        class="primary"
        disabled={isSaving || !(isChanged || template === null)}
        onClick={() => void save()}
      >
        {isSaving ? 'Saving …' : 'Save'}
      </button>
    </>
  );
}

function Workbench({
  initial,
  onMade,
}: {
  readonly initial: TemplateResource | null;
  readonly onMade: (id: string) => void;
}) {
  const { route } = useLocation();
  const [template, setTemplate] = useState(initial);
  const [draft, setDraft] = useState<Draft>(initial === null ? emptyDraft : draftOf(initial));
  const [failure, setFailure] = useState<Failure | null>(null);
  const preview = usePreview(draft);
  useUnsaved(isEdited(draft, template));
  const saved = (made: TemplateResource, sent: Draft) => {
    if (template === null) {
      onMade(made.id);
      route(`/dashboard/templates/${made.id}`, true);
    }
    setTemplate(made);
    setDraft((now) => draftBehind(now, sent, made));
  };
  const moved = (status: TemplateResource['status']) =>
    setTemplate((stored) => (stored === null ? null : { ...stored, status }));
  const change = (next: Draft) => {
    setFailure(null);
    setDraft(next);
  };
  return (
    <Page
      title={draft.name || 'New template'}
      back={{ href: '/dashboard/templates', text: 'Templates' }}
      actions={
        <Actions
          template={template}
          draft={draft}
          onChange={change}
          onSaved={saved}
          onMoved={moved}
          onFailure={setFailure}
        />
      }
    >
      {failure !== null && failure.code !== 'template_invalid' && <Wrong failure={failure} />}
      <div class="columns even">
        <Editor draft={draft} onChange={change} failure={failure ?? preview.failure} />
        <Preview {...preview} />
      </div>
    </Page>
  );
}

/** One template: its parts beside what they come to. */
export function TemplatePage() {
  const { params } = useRoute();
  const asked = params.id ?? '';
  const [made, setMade] = useState('');
  // What is typed on while a new one is saved stays, under the address that it gets.
  const id = asked === made ? 'new' : asked;
  const { value, failure, reload } = useAnswer<TemplateResource>(
    id === 'new' ? null : `/api/v1/templates/${id}`,
  );
  if (id === 'new' || value !== null) return <Workbench key={id} initial={value} onMade={setMade} />;
  return (
    <Page title="Template" back={{ href: '/dashboard/templates', text: 'Templates' }}>
      {failure === null ? <Loading /> : <Wrong failure={failure} retry={reload} />}
    </Page>
  );
}
