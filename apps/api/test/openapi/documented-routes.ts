import { type OperationObject, openApiDocument } from '@postroom/reference';

/** A request body that the document shows. */
type ShownBody = { readonly mediaType: string; readonly name: string; readonly value: unknown };

/** One operation of the document, as a test has to know it to call it. */
export type DocumentedRoute = {
  readonly method: string;
  /** From the root, with `{name}` where a parameter stands. */
  readonly path: string;
  readonly operation: OperationObject;
  readonly needsKey: boolean;
  readonly isLiveOnly: boolean;
  /** What the examples name in the places of the parameters, with commas between them; empty without one. */
  readonly named: string;
  /** The parameters of the query that have to be there, with `?`; empty when none has. */
  readonly query: string;
  readonly bodies: readonly ShownBody[];
};

function routeOf(path: string, method: string, operation: OperationObject): DocumentedRoute {
  const { description = '', parameters = [], requestBody, security } = operation;
  const inPlace = (place: 'path' | 'query') => parameters.filter((parameter) => parameter.in === place);
  return {
    method: method.toUpperCase(),
    path,
    operation,
    needsKey: security.length > 0,
    isLiveOnly: description.endsWith('With a live key only.'),
    named: inPlace('path')
      .map(({ example }) => String(example))
      .join(),
    query: inPlace('query')
      .filter(({ required }) => required)
      .map(({ name, example }) => `?${name}=${example}`)
      .join(''),
    bodies: Object.entries(requestBody?.content ?? {}).flatMap(([mediaType, { examples = {} }]) =>
      Object.entries(examples).map(([name, { value }]) => ({ mediaType, name, value })),
    ),
  };
}

/** Every operation of the document. */
export const documentedRoutes: readonly DocumentedRoute[] = Object.entries(
  openApiDocument({ serverUrl: 'http://localhost:3001' }).paths,
).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => routeOf(path, method, operation)),
);

/** The header that a route wants a key in. */
export function keyHeadersOf(
  { operation }: Pick<DocumentedRoute, 'operation'>,
  key: string,
): Readonly<Record<string, string>> {
  const [scheme] = operation.security.flatMap((requirement) => Object.keys(requirement));
  switch (scheme) {
    case undefined:
      return {};
    case 'resendKey':
      return { authorization: `Bearer ${key}` };
    case 'postmarkKey':
      return { 'x-postmark-server-token': key };
    default:
      return { 'x-api-key': key };
  }
}

/** The path of a route with these in the places of its parameters: what is between commas, in their order. */
export function pathWith({ path }: Pick<DocumentedRoute, 'path'>, named: string): string {
  const parts = named.split(',');
  return path.replace(/\{\w+\}/g, () => encodeURIComponent(parts.shift() ?? ''));
}

/** A body that a route takes: the first in JSON that the document shows; undefined for a route that takes none. */
export const exampleBodyOf = ({ bodies }: DocumentedRoute): unknown =>
  bodies.find(({ mediaType }) => mediaType === 'application/json')?.value;
