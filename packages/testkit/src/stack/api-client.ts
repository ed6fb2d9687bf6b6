/** An answer of the API: the parsed body, whatever its status. */
export type ApiAnswer = { readonly status: number; readonly body: unknown };

/** Speaks JSON to one API with one key. */
export type ApiClient = {
  get(path: string): Promise<ApiAnswer>;
  post(path: string, body: unknown): Promise<ApiAnswer>;
  put(path: string, body: unknown): Promise<ApiAnswer>;
  patch(path: string, body: unknown): Promise<ApiAnswer>;
};

/** Makes a client of `<baseUrl>/api/v1`. */
export function createApiClient(baseUrl: string, key: string): ApiClient {
  const call = async (method: string, path: string, body?: unknown): Promise<ApiAnswer> => {
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      headers: { 'x-api-key': key, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? null : JSON.parse(text) };
  };
  return {
    get: (path) => call('GET', path),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    patch: (path, body) => call('PATCH', path, body),
  };
}

/** The id in the body of a resource that was just made; throws what the API said otherwise. */
export function idOf({ status, body }: ApiAnswer): string {
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string')
    return body.id;
  throw new Error(`the API answered ${status}: ${JSON.stringify(body)}`);
}
