import type { JsonSchema } from '@postroom/reference';
import { componentOf } from './schema-text.ts';

/** The named schemas of a document. */
export type Schemas = Readonly<Record<string, JsonSchema>>;

/** One field of a body. */
export type FieldRow = {
  /** What stands before its name: the fields around it, dotted, with [] for the elements of a list. */
  readonly within: string;
  readonly name: string;
  readonly isRequired: boolean;
  readonly schema: JsonSchema;
};

/** The schema with the fields of a value: its own, or those of what it refers to, of its elements or its non-null form. */
function objectIn(
  schema: JsonSchema,
  schemas: Schemas,
): { readonly object: JsonSchema; readonly path: string } | null {
  const name = componentOf(schema);
  const referred = name === null ? undefined : schemas[name];
  if (referred !== undefined) return objectIn(referred, schemas);
  if (schema.properties !== undefined) return { object: schema, path: '.' };
  if (schema.items !== undefined) {
    const inner = objectIn(schema.items, schemas);
    return inner === null ? null : { ...inner, path: `[]${inner.path}` };
  }
  const choices = (schema.anyOf ?? []).filter(({ type }) => type !== 'null');
  const [only, ...others] = choices;
  return only === undefined || others.length > 0 ? null : objectIn(only, schemas);
}

/** Every field of a request's body, the nested ones after the one that they belong to. */
export function fieldRows(schema: JsonSchema, schemas: Schemas, within = ''): readonly FieldRow[] {
  const found = objectIn(schema, schemas);
  if (found === null) return [];
  const { properties = {}, required = [] } = found.object;
  return Object.entries(properties).flatMap(([name, child]) => {
    const inner = objectIn(child, schemas);
    const row = { within, name, isRequired: required.includes(name), schema: child };
    return inner === null ? [row] : [row, ...fieldRows(child, schemas, `${within}${name}${inner.path}`)];
  });
}

/** The fields of an object alone, without those of what it refers to. */
export function ownRows({ properties = {}, required = [] }: JsonSchema): readonly FieldRow[] {
  return Object.entries(properties).map(([name, schema]) => ({
    within: '',
    name,
    isRequired: required.includes(name),
    schema,
  }));
}
