import type { z } from 'zod';
import type { JsonSchema } from './model.ts';

type Source = z.core.JSONSchema.JSONSchema;

/** What the format says already, in a pattern that nobody can read. */
const saidByFormat = new Set(['uuid', 'date-time']);

function isSchema(value: unknown): value is Source {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const plainChildren = (children: readonly Source[]) => children.map(plainSchema);

const plainProperties = (properties: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(
    Object.entries(properties).map(([name, child]) => [name, isSchema(child) ? plainSchema(child) : {}]),
  );

/** A record whose keys are listed is an object with these properties. */
function listedProperties(names: Source | boolean | undefined, values: JsonSchema | boolean | undefined) {
  if (!isSchema(names) || names.enum === undefined || typeof values !== 'object') return null;
  return { properties: Object.fromEntries(names.enum.map((name) => [String(name), values])) };
}

/** `X or null`, with null among the types when X has one type of its own. */
function foldNull(anyOf: readonly JsonSchema[]): JsonSchema {
  const [first, second] = anyOf;
  if (anyOf.length !== 2 || first === undefined || second?.type !== 'null') return { anyOf };
  if (first.anyOf !== undefined) return { anyOf: [...first.anyOf, second] };
  if (typeof first.type !== 'string') return { anyOf };
  const values = first.enum === undefined ? {} : { enum: [...first.enum, null] };
  return { ...first, type: [first.type, 'null'], ...values };
}

/** Bounds that only say that a number is exact in IEEE 754. */
const isUnbounded = (bound: number | undefined) =>
  bound !== undefined && Math.abs(bound) === Number.MAX_SAFE_INTEGER;

/** A schema as zod writes it, without what says nothing to a reader. */
export function plainSchema(source: Source): JsonSchema {
  const {
    $schema: _dialect,
    $id: _id,
    example: _example,
    properties,
    additionalProperties,
    propertyNames,
    items,
    anyOf,
    oneOf,
    allOf,
    pattern,
    minimum,
    maximum,
    ...rest
  } = source;
  const others = isSchema(additionalProperties) ? plainSchema(additionalProperties) : additionalProperties;
  const listed = listedProperties(propertyNames, others);
  const isSaid = rest.format !== undefined && saidByFormat.has(rest.format);
  return {
    ...rest,
    ...(pattern === undefined || isSaid ? {} : { pattern }),
    ...(minimum === undefined || isUnbounded(minimum) ? {} : { minimum }),
    ...(maximum === undefined || isUnbounded(maximum) ? {} : { maximum }),
    ...(properties === undefined ? {} : { properties: plainProperties(properties) }),
    ...(listed ?? (others === undefined ? {} : { additionalProperties: others })),
    ...(isSchema(items) ? { items: plainSchema(items) } : {}),
    ...(oneOf === undefined ? {} : { oneOf: plainChildren(oneOf) }),
    ...(allOf === undefined ? {} : { allOf: plainChildren(allOf) }),
    ...(anyOf === undefined ? {} : foldNull(plainChildren(anyOf))),
  };
}

/** The same schema without `additionalProperties: false`: answers may get more fields, and clients must take them. */
export function openSchema(schema: JsonSchema): JsonSchema {
  const { additionalProperties, properties, items, anyOf, oneOf, ...rest } = schema;
  return {
    ...rest,
    ...(properties === undefined ? {} : { properties: openProperties(properties) }),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: openSchema(additionalProperties) }
      : {}),
    ...(items === undefined ? {} : { items: openSchema(items) }),
    ...(anyOf === undefined ? {} : { anyOf: anyOf.map(openSchema) }),
    ...(oneOf === undefined ? {} : { oneOf: oneOf.map(openSchema) }),
  };
}

const openProperties = (properties: Readonly<Record<string, JsonSchema>>) =>
  Object.fromEntries(Object.entries(properties).map(([name, child]) => [name, openSchema(child)]));
