import type { HttpMethod, OpenApiDocument, OperationObject, ResponseObject } from '@postroom/reference';

/** One operation with what the page has to know of the document around it. */
export type PageOperation = {
  readonly document: OpenApiDocument;
  readonly serverUrl: string;
  readonly method: HttpMethod;
  readonly path: string;
  readonly operation: OperationObject;
};

const methods: readonly HttpMethod[] = ['get', 'post', 'put', 'patch', 'delete'];

/** All operations, in the order of the document. */
export function pageOperations(document: OpenApiDocument): readonly PageOperation[] {
  const serverUrl = document.servers[0].url;
  return Object.entries(document.paths).flatMap(([path, item]) =>
    Object.keys(item).flatMap((key) => {
      const method = methods.find((name) => name === key);
      const operation = method && item[method];
      return method === undefined || operation === undefined
        ? []
        : [{ document, serverUrl, method, path, operation }];
    }),
  );
}

/** The answers of an operation, with those in place that the document keeps among its components. */
export function answersOf({
  document,
  operation,
}: PageOperation): readonly { readonly status: string; readonly response: ResponseObject }[] {
  return Object.entries(operation.responses).flatMap(([status, response]) => {
    if (!('$ref' in response)) return [{ status, response }];
    const shared = document.components.responses[response.$ref.split('/').at(-1) ?? ''];
    return shared === undefined ? [] : [{ status, response: shared }];
  });
}
