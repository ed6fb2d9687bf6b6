import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';

/** A question, or a form, that stands before the page until it is answered; Escape closes it, unless it has to be answered. */
export function Dialog({
  title,
  onClose,
  children,
  isWide = false,
}: {
  readonly title: string;
  /** Left out: it has to be answered. */
  readonly onClose?: () => void;
  readonly children: ComponentChildren;
  readonly isWide?: boolean;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Whatever a page does about it, a browser closes it at a second Escape.
  const show = () => element.current?.showModal();
  useEffect(show, []);
  return (
    <dialog ref={element} class={isWide ? 'wide' : ''} aria-labelledby={id} onClose={onClose ?? show}>
      <header class="dialog-head">
        <h2 id={id} class="dialog-title">
          {title}
        </h2>
        {onClose && (
          <button type="button" class="icon" aria-label="Close" onClick={() => element.current?.close()}>
            ×
          </button>
        )}
      </header>
      {children}
    </dialog>
  );
}

/** Asks before something is done that cannot be taken back, or that is much. */
export const Confirm = ({
  title,
  text,
  action,
  isSafe = false,
  onConfirm,
  onClose,
}: {
  readonly title: string;
  readonly text: ComponentChildren;
  readonly action: string;
  /** Nothing is lost by it. */
  readonly isSafe?: boolean;
  readonly onConfirm: () => unknown;
  readonly onClose: () => void;
}) => (
  <Dialog title={title} onClose={onClose}>
    <div class="body">{text}</div>
    <footer>
      <button type="button" onClick={onClose}>
        Keep as it is
      </button>
      <button
        type="button"
        class={isSafe ? 'primary' : 'primary danger'}
        onClick={() => {
          onClose();
          void onConfirm();
        }}
      >
        {action}
      </button>
    </footer>
  </Dialog>
);
