import type { TemplateVersionResource, TemplateVersionsResource } from '@postroom/contracts';
import { useState } from 'preact/hooks';
import { call } from '../../api/call.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Moment } from '../../ui/moment.tsx';
import { Loading, tell, Wrong } from '../../ui/notice.tsx';
import { Rows } from '../../ui/table.tsx';

type VersionsProps = {
  readonly path: string;
  readonly onTaken: (version: TemplateVersionResource) => void;
  /** Asks first where something would be lost. */
  readonly mayTake: () => boolean;
};

function List({ path, onTaken, mayTake, onClose }: VersionsProps & { readonly onClose: () => void }) {
  const { value, failure } = useAnswer<TemplateVersionsResource>(path);
  const take = async (version: number) => {
    if (!mayTake()) return;
    const answer = await call<TemplateVersionResource>('GET', `${path}/${version}`);
    if (answer.kind === 'failed') return tell(answer.failure.message, true);
    tell(`Version ${version} is in the editor. Saved, it is the newest.`);
    onTaken(answer.value);
    onClose();
  };
  if (value === null) return failure === null ? <Loading /> : <Wrong failure={failure} />;
  return (
    <Rows
      label="Versions"
      isPlain
      items={value.data}
      keyOf={({ version }) => `${version}`}
      columns={[
        {
          name: 'Version',
          cell: ({ version }) => (
            <button type="button" class="small" onClick={() => void take(version)}>
              Version {version}
            </button>
          ),
        },
        { name: 'Subject', kind: 'grow', cell: ({ subject }) => <span class="clip one">{subject}</span> },
        { name: 'Saved', kind: 'when', cell: ({ createdAt }) => <Moment at={createdAt} /> },
      ]}
    />
  );
}

/** What a template was: any of it can be taken into the editor, to be looked at and, saved, to be the newest. */
export function Versions(props: VersionsProps) {
  const [isOpen, setOpen] = useState(false);
  const close = () => setOpen(false);
  return (
    <>
      <button type="button" onClick={() => setOpen(true)}>
        Versions
      </button>
      {isOpen && (
        <Dialog title="Versions" onClose={close}>
          <List {...props} onClose={close} />
        </Dialog>
      )}
    </>
  );
}
