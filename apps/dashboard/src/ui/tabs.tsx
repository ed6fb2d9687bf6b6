import type { ComponentChildren } from 'preact';
import { useId, useState } from 'preact/hooks';

/** Views of one thing, of which one is shown; the arrow keys go from one to the next. */
export function Tabs({
  label,
  views,
}: {
  readonly label: string;
  readonly views: readonly { readonly name: string; readonly view: () => ComponentChildren }[];
}) {
  const id = useId();
  const [chosen, setChosen] = useState(0);
  const at = Math.min(chosen, views.length - 1);
  const move = (event: KeyboardEvent) => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    const next = (at + step + views.length) % views.length;
    setChosen(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };
  return (
    <>
      <div role="tablist" aria-label={label} class="tabs" onKeyDown={move}>
        {views.map(({ name }, nth) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${nth}`}
            aria-selected={nth === at}
            aria-controls={`${id}-view`}
            tabIndex={nth === at ? 0 : -1}
            onClick={() => setChosen(nth)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-view`} aria-labelledby={`${id}-${at}`} class="tab-view">
        {views[at]?.view()}
      </div>
    </>
  );
}
