import { idempotencyHeaderSchema } from '@postroom/contracts';
import type { z } from 'zod';
import { type Note, requestSchema } from './component.ts';
import { exampleIds } from './example-ids.ts';
import type { ParameterObject } from './model.ts';

/** The parameters of a query, each with a note. */
export function queryParameters<Schema extends z.ZodType<unknown, object>>(
  schema: Schema,
  notes: { readonly [Name in keyof z.input<Schema>]-?: Note },
): readonly ParameterObject[] {
  const { properties = {}, required = [] } = requestSchema(schema);
  const noteOf = new Map<string, Note>(Object.entries(notes));
  return Object.entries(properties).map(([name, plain]) => {
    const note = noteOf.get(name) ?? '';
    const { description, ...keywords } = typeof note === 'string' ? { description: note } : note;
    return {
      name,
      in: 'query',
      required: required.includes(name),
      description,
      schema: { ...plain, ...keywords },
    };
  });
}

/** The notes of `limit` and `cursor`, which every list of resources takes. */
export const pageNotes = {
  limit:
    'How many entries the page may have. It may have fewer where they are large: `nextCursor` says whether there are more.',
  cursor: 'The `nextCursor` of the page before. Absent: the first page.',
};

/** `{id}` of something whose id is a UUID. What is no UUID is answered like an id that does not exist. */
export function idParameter(what: string, example: string): ParameterObject {
  return {
    name: 'id',
    in: 'path',
    required: true,
    description: `The id of the ${what}.`,
    schema: { type: 'string', format: 'uuid' },
    example,
  };
}

/** `{id}` of a send, in either form. */
export const sendIdParameter: ParameterObject = {
  name: 'id',
  in: 'path',
  required: true,
  description: 'The id of the email in either form: a UUID, or `em_...`. The answer follows the form.',
  schema: {
    type: 'string',
    pattern:
      '^(?:em_[0-7][0-9a-hjkmnp-tv-z]{25}|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12})$',
  },
  example: exampleIds.send,
};

/** The `Idempotency-Key` of a request. */
export const idempotencyKeyParameter = (
  parameter: Pick<ParameterObject, 'required' | 'description' | 'example'>,
): ParameterObject => ({
  name: 'Idempotency-Key',
  in: 'header',
  ...parameter,
  schema: requestSchema(idempotencyHeaderSchema),
});
