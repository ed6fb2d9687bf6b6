import type { OperationObject, ParameterObject } from '@postroom/reference';
import { prettyJson } from './pretty-json.ts';

/** What has to be known to write a request down. */
export type Call = {
  readonly serverUrl: string;
  readonly method: string;
  readonly path: string;
  readonly operation: OperationObject;
  /** The body as it is sent, or null. */
  readonly body: { readonly mediaType: string; readonly value: unknown } | null;
};

/** Text in single quotes, in which a shell reads nothing. */
const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;

const filled = (path: string, parameters: readonly ParameterObject[]) =>
  parameters
    .filter((parameter) => parameter.in === 'path')
    .reduce(
      (done, { name, example }) => done.replace(`{${name}}`, encodeURIComponent(String(example))),
      path,
    );

/** What the query has to hold. */
const queryOf = (parameters: readonly ParameterObject[]) => {
  const needed = parameters.filter((parameter) => parameter.in === 'query' && parameter.required);
  if (needed.length === 0) return '';
  return `?${needed.map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`).join('&')}`;
};

/** Where a security scheme has the key. */
const keyHeaders: ReadonlyMap<string, string> = new Map([
  ['resendKey', '--header "authorization: Bearer $POSTROOM_KEY"'],
  ['postmarkKey', '--header "x-postmark-server-token: $POSTROOM_KEY"'],
]);

const keyHeader = (scheme: string): string => keyHeaders.get(scheme) ?? '--header "x-api-key: $POSTROOM_KEY"';

/** The request as a command for a shell, with the key in a variable. */
export function curlCommand({ serverUrl, method, path, operation, body }: Call): string {
  const { parameters = [], security } = operation;
  const headers = parameters.filter(
    (parameter) => parameter.in === 'header' && parameter.example !== undefined,
  );
  const isDefault = method === 'get' || (method === 'post' && body !== null);
  const text = typeof body?.value === 'string' ? body.value : prettyJson(body?.value);
  return [
    `curl ${isDefault ? '' : `--request ${method.toUpperCase()} `}${quoted(`${serverUrl}${filled(path, parameters)}${queryOf(parameters)}`)}`,
    ...security.flatMap((requirement) => Object.keys(requirement).map(keyHeader)),
    ...headers.map(({ name, example }) => `--header ${quoted(`${name}: ${example}`)}`),
    ...(body === null
      ? []
      : [`--header ${quoted(`content-type: ${body.mediaType}`)}`, `--data ${quoted(text)}`]),
  ].join(' \\\n  ');
}
