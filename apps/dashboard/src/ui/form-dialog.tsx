import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Failure } from '../api/answer.ts';
import { Dialog } from './dialog.tsx';
import { Wrong } from './notice.tsx';

/** A form before the page; it closes when what it asks for was done, and else says why not. */
export function FormDialog({
  title,
  action,
  onSubmit,
  onClose,
  children,
}: {
  readonly title: string;
  readonly action: string;
  /** Answers why it was not done, or null. */
  readonly onSubmit: () => Promise<Failure | null>;
  readonly onClose: () => void;
  readonly children: (failure: Failure | null) => ComponentChildren;
}) {
  const [failure, setFailure] = useState<Failure | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    const problem = await onSubmit();
    setBusy(false);
    setFailure(problem);
    if (problem === null) onClose();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <div class="body">
          {children(failure)}
          {failure !== null && <Wrong failure={failure} />}
        </div>
        <footer>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={isBusy}>
            {action}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
