import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

type Given = {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
};

/** A named input, with what helps to fill it in, and what is wrong with it. */
export function Field({
  label,
  hint,
  problem,
  children,
}: {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly problem?: string | null | undefined;
  readonly children: (given: Given) => ComponentChildren;
}) {
  const id = useId();
  const isTold = hint !== undefined || problem != null;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-describedby': isTold ? `${id}-told` : undefined,
        'aria-invalid': problem != null,
      })}
      {isTold && (
        <p id={`${id}-told`} class={problem == null ? 'hint' : 'problem'}>
          {problem ?? hint}
        </p>
      )}
    </div>
  );
}

/** What the API says of a field, by its path. */
export function problemOf(
  details: Readonly<Record<string, unknown>> | undefined,
  path: string,
): string | null {
  const issues = details?.issues;
  if (!Array.isArray(issues)) return null;
  const issue = issues.find((some) => some?.path === path);
  return typeof issue?.message === 'string' ? issue.message : null;
}
