import { Sha256 } from '@smithy/core/checksum';
import { SignatureV4 } from '@smithy/signature-v4';
import { partitionOf } from '../aws/partition.ts';

/** What signs for the caller: keys, or what finds them. */
export type Credentials = ConstructorParameters<typeof SignatureV4>[0]['credentials'];

/** A service that speaks AWS's query protocol, in which a call is a form and an answer is XML. */
export type QueryService = (action: string, params: Readonly<Record<string, string>>) => Promise<string>;

/** The version of each service's API, which every call names. */
const versions = { sns: '2010-03-31', sts: '2011-06-15', iam: '2010-05-08' } as const;

/** A service that is asked in the query protocol. */
export type QueryServiceName = keyof typeof versions;

const answerWithinMs = 15_000;

/** IAM of each partition that has more than one region. */
const iamOf: Readonly<Record<string, { readonly host: string; readonly signedFor: string }>> = {
  aws: { host: 'iam', signedFor: 'us-east-1' },
  'aws-cn': { host: 'iam.cn-north-1', signedFor: 'cn-north-1' },
  'aws-us-gov': { host: 'iam.us-gov', signedFor: 'us-gov-west-1' },
};

/** Where a service is in a region. IAM is one for all of a partition, and signed for in one region. */
function placeOf(service: QueryServiceName, region: string) {
  const { name, suffix } = partitionOf(region);
  if (service !== 'iam') return { url: `https://${service}.${region}.${suffix}/`, region };
  const { host, signedFor } = iamOf[name] ?? { host: `iam.${region}`, signedFor: region };
  return { url: `https://${host}.${suffix}/`, region: signedFor };
}

/** Makes calls of one service: one signed POST each, once. Rejects with AWS's error by its name. */
export function createQueryService(
  service: QueryServiceName,
  options: {
    readonly region: string;
    readonly endpoint?: string | undefined;
    readonly credentials: Credentials;
  },
): QueryService {
  const place = placeOf(service, options.region);
  const url = new URL(options.endpoint ?? place.url);
  const { credentials } = options;
  const signer = new SignatureV4({ credentials, region: place.region, service, sha256: Sha256 });
  return async (action, params) => {
    const body = new URLSearchParams({ Action: action, Version: versions[service], ...params }).toString();
    const { headers } = await signer.sign({
      method: 'POST',
      protocol: url.protocol,
      hostname: url.hostname,
      ...(url.port === '' ? {} : { port: Number(url.port) }),
      path: url.pathname,
      query: {},
      headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body,
    });
    const signed = Object.entries(headers).filter(([name]) => name !== 'host');
    const signal = AbortSignal.timeout(answerWithinMs);
    const answer = await fetch(url, { method: 'POST', headers: signed, body, signal }).catch(
      (cause: unknown) => {
        throw new Error(`${url.host} cannot be reached: ${reasonOf(cause)}`, { cause });
      },
    );
    const xml = await answer.text();
    if (answer.ok) return xml;
    throw refusalOf(xml, answer.status);
  };
}

/** `fetch` says why in the cause of its error. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

function refusalOf(xml: string, httpStatusCode: number): Error {
  const name = textIn(xml, 'Code') ?? `HTTP ${httpStatusCode}`;
  return Object.assign(new Error(textIn(xml, 'Message') ?? name), { name, $metadata: { httpStatusCode } });
}

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

const unescaped = (text: string) =>
  text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return entities[name] ?? whole;
  });

/** The text of the first element of that name; null: there is none. */
export function textIn(xml: string, element: string): string | null {
  return allIn(xml, element)[0] ?? null;
}

/** The texts of all elements of that name, which hold nothing else. */
function allIn(xml: string, element: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${element}>([^<]*)</${element}>`, 'g'))].map(([, text = '']) =>
    unescaped(text),
  );
}

/** The elements of a list, as XML. */
export function membersIn(xml: string): readonly string[] {
  return [...xml.matchAll(/<member>(.*?)<\/member>/gs)].map(([, member = '']) => member);
}

/** The attributes that an answer holds as a map. */
export function attributesIn(xml: string): Readonly<Record<string, string>> {
  const entries = [...xml.matchAll(/<entry>(.*?)<\/entry>/gs)].map(([, entry = '']) => entry);
  return Object.fromEntries(
    entries.map((entry) => [textIn(entry, 'key') ?? '', textIn(entry, 'value') ?? '']),
  );
}

/** A map as a call's parameters have it. */
export function mapParams(name: string, map: Readonly<Record<string, string>>): Record<string, string> {
  const params: Record<string, string> = {};
  for (const [at, [key, value]] of Object.entries(map).entries()) {
    params[`${name}.entry.${at + 1}.key`] = key;
    params[`${name}.entry.${at + 1}.value`] = value;
  }
  return params;
}
