import { useRef } from 'preact/hooks';

/** A place in a text, both from 1. */
export type Place = { readonly line: number; readonly column: number };

/** The index of a place in a text. */
function indexOf(text: string, { line, column }: Place): number {
  const before = text.split('\n').slice(0, line - 1);
  return before.reduce((sum, some) => sum + some.length + 1, 0) + column - 1;
}

/** A text with numbered lines, of which one may be marked. */
export function CodeArea({
  id,
  value,
  onInput,
  rows,
  problem,
}: {
  readonly id: string;
  readonly value: string;
  readonly onInput: (value: string) => void;
  readonly rows: number;
  readonly problem: (Place & { readonly reason: string }) | null;
}) {
  const area = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLDivElement>(null);
  const lines = value.split('\n').length;
  const goTo = () => {
    if (problem === null || area.current === null) return;
    const at = indexOf(value, problem);
    area.current.focus();
    area.current.setSelectionRange(at, at + 1);
  };
  return (
    <>
      <div class={problem === null ? 'code' : 'code bad'}>
        <div class="numbers" aria-hidden="true" ref={numbers}>
          {Array.from({ length: lines }, (_, at) => (
            <span key={at} class={problem?.line === at + 1 ? 'row marked' : 'row'}>
              {at + 1}
            </span>
          ))}
        </div>
        <textarea
          ref={area}
          id={id}
          rows={rows}
          wrap="off"
          spellcheck={false}
          value={value}
          aria-invalid={problem !== null}
          aria-describedby={problem === null ? undefined : `${id}-problem`}
          onInput={({ currentTarget }) => onInput(currentTarget.value)}
          onScroll={({ currentTarget }) => {
            if (numbers.current !== null) numbers.current.scrollTop = currentTarget.scrollTop;
          }}
        />
      </div>
      {problem !== null && (
        <p class="problem" id={`${id}-problem`} role="alert">
          <button type="button" class="small" onClick={goTo}>
            Line {problem.line}, column {problem.column}
          </button>{' '}
          {problem.reason}
        </p>
      )}
    </>
  );
}
