import {
  type HttpMethod,
  type OpenApiDocument,
  type OperationObject,
  openApiDocument,
  type ResponseObject,
} from '@postroom/reference';
import { type AnswerSchemas, compileAnswers } from './compile-answers.ts';

/** One exchange, as a test has seen it. */
export type Exchange = {
  readonly method: string;
  readonly path: string;
  readonly status: number;
  readonly headers: Headers;
  /** Parsed when the answer is JSON, else text. */
  readonly body: unknown;
};

type Known = {
  readonly pattern: RegExp;
  readonly path: string;
  readonly method: HttpMethod;
  readonly operation: OperationObject;
};

const methods: readonly HttpMethod[] = ['get', 'post', 'put', 'patch', 'delete'];

const patternOf = (path: string) =>
  new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}/?$`);

/** Paths without parameters come first, as `/emails/batch` before `/emails/{id}`. */
const byParameters = (a: Known, b: Known) => a.path.split('{').length - b.path.split('{').length;

/** Finds the operation that a request is for; null when there is none. */
function operationFinder(document: OpenApiDocument): (method: string, path: string) => Known | null {
  const known = Object.entries(document.paths)
    .flatMap(([path, item]) =>
      methods.flatMap((method): Known[] => {
        const operation = item[method];
        return operation === undefined ? [] : [{ pattern: patternOf(path), path, method, operation }];
      }),
    )
    .sort(byParameters);
  return (method, path) => {
    const [bare = ''] = path.split('?');
    return known.find((one) => one.method === method.toLowerCase() && one.pattern.test(bare)) ?? null;
  };
}

function responseOf(
  document: OpenApiDocument,
  response: OperationObject['responses'][string],
): ResponseObject | undefined {
  if (!('$ref' in response)) return response;
  return document.components.responses[response.$ref.split('/').at(-1) ?? ''];
}

function headerProblem(
  document: OpenApiDocument,
  { headers = {} }: ResponseObject,
  given: Headers,
): string | null {
  for (const [name, { $ref }] of Object.entries(headers)) {
    const header = document.components.headers[$ref.split('/').at(-1) ?? ''];
    const value = given.get(name);
    if (value === null && header?.required) return `has no header ${name}`;
    const isWhole = value === null || header?.schema.type !== 'integer' || /^\d+$/.test(value);
    if (!isWhole) return `has a header ${name} that is not a whole number`;
  }
  for (const name of given.keys()) {
    const isOurs = /^(ratelimit|retry-after|etag)/.test(name);
    if (isOurs && !Object.keys(headers).some((known) => known.toLowerCase() === name)) {
      return `has a header ${name} that is not documented`;
    }
  }
  return null;
}

/** Says how an answer differs from what a document promises, or null. Paths that no operation has are not looked at. */
export function answerChecker(document: OpenApiDocument): (exchange: Exchange) => string | null {
  const find = operationFinder(document);
  const schemas: AnswerSchemas = compileAnswers(document);
  return ({ method, path, status, headers, body }) => {
    const known = find(method, path);
    if (known === null) return null;
    const documented = known.operation.responses[status];
    const response = documented === undefined ? undefined : responseOf(document, documented);
    if (documented === undefined || response === undefined) return 'has a status that is not documented';
    const problem = headerProblem(document, response, headers);
    if (problem !== null) return problem;
    if (response.content === undefined) return body === '' ? null : 'has a body, and none is documented';
    const [mediaType = ''] = (headers.get('content-type') ?? '').split(';');
    if (response.content[mediaType] === undefined)
      return `is of the type ${mediaType}, which is not documented`;
    return schemas.problem({ ...known, documented, status, mediaType }, body);
  };
}

const problemOf = answerChecker(openApiDocument({ serverUrl: 'http://localhost:3001' }));

/** Throws when an answer is not what the reference says that it is. */
export function checkAnswer(exchange: Exchange): void {
  const problem = problemOf(exchange);
  if (problem === null) return;
  const { method, path, status, body } = exchange;
  throw new Error(
    `${method} ${path}: the answer ${status} ${problem}: ${JSON.stringify(body).slice(0, 2_000)}`,
  );
}
