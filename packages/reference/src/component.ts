import type { sendOptions, shownOptions } from '@postroom/contracts';
import * as z from 'zod';
import type { JsonSchema } from './model.ts';
import { openSchema, plainSchema } from './plain-schema.ts';

/** What the document says of one field: its meaning, or with it what the schema cannot say by itself. */
export type Note = string | (JsonSchema & { readonly description: string });

/** A schema that has a name in the document. Requests are shown as they come in, answers as they go out. */
export type Component = {
  readonly name: string;
  readonly io: 'input' | 'output';
  readonly schema: z.ZodType;
  readonly about: string;
  readonly fields: Readonly<Record<string, Note>>;
  /** Keywords that stand beside those of the schema, or instead of them. */
  readonly keywords: JsonSchema;
};

/** Fields whose schemas say themselves what they mean. */
type Described = keyof typeof sendOptions | keyof typeof shownOptions;

/** A note for each other field there is: one without it does not compile, nor does a note without its field. */
type Notes<Fields> = {
  readonly about: string;
  readonly fields: { readonly [Field in Exclude<keyof Fields, Described>]-?: Note } & {
    readonly [Field in Extract<keyof Fields, Described>]?: Note;
  };
};

/** Names an object of requests. */
export function requestObject<Schema extends z.ZodType<unknown, object>>(
  name: string,
  schema: Schema,
  { about, fields }: Notes<z.input<Schema>>,
): Component {
  return { name, io: 'input', schema, about, fields, keywords: {} };
}

/** Names an object of answers. */
export function answerObject<Schema extends z.ZodType<object>>(
  name: string,
  schema: Schema,
  { about, fields }: Notes<z.output<Schema>>,
): Component {
  return { name, io: 'output', schema, about, fields, keywords: {} };
}

/** Names a value of requests that is not an object with fields of its own. */
export function requestValue(
  name: string,
  schema: z.ZodType,
  { about, ...keywords }: JsonSchema & { readonly about: string },
): Component {
  return { name, io: 'input', schema, about, fields: {}, keywords };
}

const pathOf = (name: string) => `#/components/schemas/${name}`;

/** Names a component where it is used. */
export const refTo = ({ name }: Component): JsonSchema => ({ $ref: pathOf(name) });

/** One of several components. */
export const oneOf = (components: readonly Component[]): JsonSchema => {
  const [only, ...others] = components.map(refTo);
  return only !== undefined && others.length === 0 ? only : { oneOf: components.map(refTo) };
};

function applyNote(schema: JsonSchema | undefined, note: Note): JsonSchema {
  return { ...schema, ...(typeof note === 'string' ? { description: note } : note) };
}

function withNotes(schema: JsonSchema, { about, fields, keywords }: Component): JsonSchema {
  const { properties = {}, ...rest } = schema;
  const noted = Object.entries(properties).map(([field, child]) => {
    const note = fields[field];
    return [field, note === undefined ? child : applyNote(child, note)];
  });
  const shown = noted.length === 0 ? {} : { properties: Object.fromEntries(noted) };
  return { description: about, ...rest, ...shown, ...keywords };
}

/** What a schema takes once the names of its fields were put into the case that is shown. */
const behindNames = (schema: z.core.$ZodType): z.core.$ZodType =>
  schema instanceof z.ZodPipe && schema.in instanceof z.ZodTransform ? schema.out : schema;

/**
 * An array whose elements are looked at in a second step, so that its length is checked first, is shown with its
 * elements. They have to be components.
 */
function joinElements(schema: z.core.$ZodType, json: z.core.JSONSchema.JSONSchema, names: Names): void {
  if (!(schema instanceof z.ZodPipe)) return;
  const { in: first, out: then } = schema;
  if (!(first instanceof z.ZodArray && first.element instanceof z.ZodUnknown)) return;
  // Of elements that another schema looks at, the component itself says what they are.
  if (!(then instanceof z.ZodArray) || then.element instanceof z.ZodUnknown) return;
  const name = names.get(behindNames(then.element))?.id;
  if (name === undefined)
    throw new Error('the elements of an array that is checked in two steps have no name');
  json.items = { $ref: pathOf(name) };
}

type Names = z.core.$ZodRegistry<{ id: string }>;

function convert(components: readonly Component[], io: Component['io']): Record<string, JsonSchema> {
  const names = z.registry<{ id: string }>();
  for (const { name, schema } of components) names.add(schema, { id: name });
  const { schemas } = z.toJSONSchema(names, {
    target: 'draft-2020-12',
    io,
    // What zod cannot show has its keywords from the component.
    unrepresentable: 'any',
    uri: pathOf,
    override: ({ zodSchema, jsonSchema }) => joinElements(zodSchema, jsonSchema, names),
  });
  return Object.fromEntries(
    components.map((component) => {
      const source = schemas[component.name];
      if (source === undefined) throw new Error(`zod made no schema of ${component.name}`);
      const plain = plainSchema(source);
      return [component.name, withNotes(io === 'output' ? openSchema(plain) : plain, component)];
    }),
  );
}

/** The schemas of all components, by name; they refer to each other by it. */
export function componentSchemas(components: readonly Component[]): Readonly<Record<string, JsonSchema>> {
  const names = components.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Error(`two components are named ${twice}`);
  const ofRequests = components.filter(({ io }) => io === 'input');
  const ofAnswers = components.filter(({ io }) => io === 'output');
  const schemas = { ...convert(ofRequests, 'input'), ...convert(ofAnswers, 'output') };
  return Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The schema of something that has no name, as requests have it. */
export function requestSchema(schema: z.ZodType): JsonSchema {
  return plainSchema(
    z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }),
  );
}
