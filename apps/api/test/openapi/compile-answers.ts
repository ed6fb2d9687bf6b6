import type { OpenApiDocument, OperationObject } from '@postroom/reference';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/** Which schema of the document a body has to follow. */
type Place = {
  readonly path: string;
  readonly method: string;
  readonly documented: OperationObject['responses'][string];
  readonly status: number;
  readonly mediaType: string;
};

export type AnswerSchemas = {
  /** What is wrong with a body, or null. */
  problem(place: Place, body: unknown): string | null;
};

const formats: Readonly<Record<string, RegExp | ((text: string) => boolean)>> = {
  uuid: /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/,
  // As answers write it: UTC, with milliseconds.
  'date-time': (text) => !Number.isNaN(Date.parse(text)) && new Date(text).toISOString() === text,
  'idn-email': /^[^@\s]+@[^@\s]+$/,
  'idn-hostname': /^[^@\s]+\.[^@\s]+$/,
};

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whatever the document says, with every object closed: a field that nobody wrote down is then a problem. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, closed(child)]));
  const isOpen =
    value.type === 'object' && isObject(value.properties) && value.additionalProperties === undefined;
  return isOpen ? { ...inner, additionalProperties: false } : inner;
}

const pointer = (parts: readonly string[]) =>
  parts.map((part) => `/${encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))}`).join('');

const placeOf = ({ path, method, documented, status, mediaType }: Place): string => {
  const answer =
    '$ref' in documented
      ? documented.$ref.slice(1)
      : pointer(['paths', path, method, 'responses', String(status)]);
  return `${answer}${pointer(['content', mediaType, 'schema'])}`;
};

/** Compiles the schemas of a document's answers, each when it is first needed. */
export function compileAnswers(document: OpenApiDocument): AnswerSchemas {
  const ajv = new Ajv2020({ strict: false, formats, meta: false, validateSchema: false });

  const root = closed(document);
  if (!isObject(root)) throw new Error('a document is an object');
  ajv.addSchema({ ...root, $id: 'openapi' });
  const compiled = new Map<string, ValidateFunction>();
  return {
    problem: (place, body) => {
      const at = placeOf(place);
      const validate = compiled.get(at) ?? ajv.compile({ $ref: `openapi#${at}` });
      compiled.set(at, validate);
      return validate(body) ? null : `does not follow the schema: ${ajv.errorsText(validate.errors)}`;
    },
  };
}
