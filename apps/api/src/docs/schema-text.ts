import type { JsonSchema, SchemaType } from '@postroom/reference';
import { type Html, html } from '../pages/html.ts';

/** The name of the component that a schema refers to, or null. */
export const componentOf = ({ $ref }: JsonSchema): string | null => $ref?.split('/').at(-1) ?? null;

const typesOf = ({ type }: JsonSchema): readonly SchemaType[] =>
  typeof type === 'string' ? [type] : (type ?? []);

/** A link to the description of a component. */
export const componentLink = (name: string): Html => html`<a href="#schema-${name}">${name}</a>`;

function joined(parts: readonly Html[]): Html {
  return html`${parts.map((part, at) => html`${at === 0 ? '' : ' or '}${part}`)}`;
}

/** What a value is, in words: `string or null`, `list of Attachment`. */
export function typeText(schema: JsonSchema): Html {
  const name = componentOf(schema);
  if (name !== null) return componentLink(name);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return joined(choices.map(typeText));
  if (schema.const !== undefined) return html`<code>${JSON.stringify(schema.const)}</code>`;
  const types = typesOf(schema);
  if (types.length === 0) return html`any value`;
  return joined(
    types.map((type) => {
      if (type !== 'array') return html`${type}`;
      return schema.items === undefined ? html`list` : html`list of ${typeText(schema.items)}`;
    }),
  );
}

function range(least: number | undefined, most: number | undefined, unit: string): string | null {
  const count = (bound: number) => bound.toLocaleString('en');
  const units = `${unit}${most === 1 ? '' : 's'}`;
  if (least !== undefined && most !== undefined) return `${count(least)} to ${count(most)} ${units}`;
  if (most !== undefined) return `at most ${count(most)} ${units}`;
  return least === undefined || least === 0
    ? null
    : `at least ${count(least)} ${unit}${least === 1 ? '' : 's'}`;
}

function bounds({ minimum, maximum }: JsonSchema): string | null {
  if (minimum !== undefined && maximum !== undefined)
    return `${minimum.toLocaleString('en')} to ${maximum.toLocaleString('en')}`;
  if (maximum !== undefined) return `at most ${maximum.toLocaleString('en')}`;
  return minimum === undefined ? null : `at least ${minimum.toLocaleString('en')}`;
}

const formats: Readonly<Record<string, string>> = {
  uuid: 'UUID',
  'date-time': 'ISO 8601',
  'idn-email': 'email address',
  'idn-hostname': 'domain name',
};

/** What the schema demands beside the type, in words. */
export function demands(schema: JsonSchema): readonly string[] {
  const inner = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
  const { format, minLength, maxLength, minItems, maxItems } = inner;
  const byFormat = format === undefined ? null : (formats[format] ?? format);
  // An address or an id has its own limits, which its format says better.
  const length = format === undefined ? range(minLength, maxLength, 'character') : null;
  return [byFormat, length, range(minItems, maxItems, 'element'), bounds(inner)].filter(
    (text) => text !== null,
  );
}

/** The values that there are, if they are listed. */
export function valuesOf(schema: JsonSchema): readonly string[] {
  const listed =
    schema.enum ?? schema.items?.enum ?? schema.anyOf?.flatMap(({ enum: values = [] }) => values) ?? [];
  return listed.filter((value) => value !== null).map(String);
}
