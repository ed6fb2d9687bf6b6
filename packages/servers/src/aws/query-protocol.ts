import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { fakeOwner } from './owner.ts';

/** An answer of AWS's query protocol: the inside of `<...Result>`, or an error by its code. */
export type QueryAnswer =
  | { readonly kind: 'result'; readonly xml: string }
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message: string };

/** What a service that speaks the query protocol refuses. */
export const queryError = (status: number, code: string, message: string): QueryAnswer => ({
  kind: 'error',
  status,
  code,
  message,
});

/** 403 in AWS's words; services differ in the code. */
export const queryDenied = (code: string, action: string, resource: string): QueryAnswer =>
  queryError(
    403,
    code,
    `User: ${fakeOwner.caller} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
  );

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' } as const;
const isSpecial = (character: string): character is keyof typeof entities => character in entities;

/** Text as XML holds it. */
export const xmlText = (text: string) =>
  text.replace(/[&<>"']/g, (character) => (isSpecial(character) ? entities[character] : character));

/** A map as the query protocol writes it. */
export const xmlEntries = (entries: Readonly<Record<string, string>>) =>
  Object.entries(entries)
    .map(([key, value]) => `<entry><key>${xmlText(key)}</key><value>${xmlText(value)}</value></entry>`)
    .join('');

/** A map among the parameters of a call: `Attributes.entry.1.key`, `Attributes.entry.1.value`. */
export function mapOf(params: URLSearchParams, name: string): Record<string, string> {
  const map: Record<string, string> = {};
  for (let at = 1; params.has(`${name}.entry.${at}.key`); at += 1) {
    map[params.get(`${name}.entry.${at}.key`) ?? ''] = params.get(`${name}.entry.${at}.value`) ?? '';
  }
  return map;
}

/** Writes an answer of the query protocol. */
export function giveQueryAnswer(response: ServerResponse, action: string, answer: QueryAnswer): void {
  const id = `<RequestId>${randomUUID()}</RequestId>`;
  const text =
    answer.kind === 'result'
      ? `<${action}Response><${action}Result>${answer.xml}</${action}Result><ResponseMetadata>${id}</ResponseMetadata></${action}Response>`
      : `<ErrorResponse><Error><Type>Sender</Type><Code>${answer.code}</Code><Message>${xmlText(answer.message)}</Message></Error>${id}</ErrorResponse>`;
  response.writeHead(answer.kind === 'result' ? 200 : answer.status, {
    'content-type': 'text/xml',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
