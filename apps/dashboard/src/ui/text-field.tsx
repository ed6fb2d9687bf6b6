import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { Field } from './field.tsx';

type TextFieldProps = {
  readonly label: string;
  readonly hint?: ComponentChildren;
  readonly problem?: string | null;
  readonly value: string;
  readonly onText: (text: string) => void;
  /** What else the input says of itself. */
  readonly input?: InputHTMLAttributes<HTMLInputElement>;
};

/** A named line of text. */
export const TextField = ({ value, onText, input = {}, ...field }: TextFieldProps) => (
  <Field {...field}>
    {(given) => (
      <input
        {...input}
        {...given}
        value={value}
        onInput={({ currentTarget }) => onText(currentTarget.value)}
      />
    )}
  </Field>
);
