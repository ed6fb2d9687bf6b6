import { bareNames } from '@postroom/contracts';

/**
 * What the pipeline puts beside the data of every send, and templates read as `@sender.name`: each with the fields that it
 * has; `any` may have others as well, and null is a value without fields. Data cannot have such names, so that a new one
 * here changes no mail.
 */
export const providedValues: ReadonlyMap<string, readonly string[] | 'any' | null> = new Map<
  string,
  readonly string[] | 'any' | null
>([
  ['profile', 'any'],
  ['sender', ['email', 'name']],
  ['messageId', null],
  ['unsubscribeUrl', null],
  ['confirmUrl', null],
]);

/** Whether a name is one that templates of old read without `@`. */
export const isBareName = (name: string): boolean => bareNames.some((bare) => bare === name);

/** Whether a name stands for something with fields, which prints as nothing that anyone wants. */
export function isObjectName(name: string): boolean {
  return Boolean(providedValues.get(name));
}
