import type { ApiClient } from '@postroom/testkit';

/** What an attack works with: a key of its own workspace, and the address that anybody has. */
export type Target = {
  readonly apiUrl: string;
  readonly sesUrl: string;
  readonly key: string;
  readonly client: ApiClient;
  /** A sender that the workspace may use. */
  readonly senderProfileId: string;
  /** Aborted when its time is over. */
  readonly signal: AbortSignal;
  /** Another text each time. */
  nextName(): string;
};

/** One way in which one caller, within the limits, could cost others more than a moment. */
export type Attack = {
  readonly name: string;
  readonly about: string;
  /** Makes what it needs, before its time begins; what it answers is given to each round. */
  readonly prepare?: (target: Target) => Promise<readonly string[]>;
  /** Begun again as long as there is time. */
  readonly round: (target: Target, prepared: readonly string[]) => Promise<unknown>;
};

/** Posts bytes as they are; answers the status, or null where the connection ended first. */
export async function postBytes(
  { apiUrl, key, signal }: Target,
  path: string,
  body: Uint8Array<ArrayBuffer> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<number | null> {
  try {
    const response = await fetch(`${apiUrl}/api/v1${path}`, {
      method: 'POST',
      headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
      body,
      signal,
    });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}

/** Makes a template and answers its id; none where it is refused, as it may be. */
export async function makeTemplate(
  { client, senderProfileId, nextName }: Target,
  html: string,
): Promise<readonly string[]> {
  const { body } = await client.post('/templates', {
    name: nextName(),
    subject: 'Hello',
    html,
    senderProfileId,
  });
  return typeof body === 'object' && body !== null && 'id' in body ? [String(body.id)] : [];
}

/** A hundred items of these templates in turn, to new recipients and with keys of their own. */
export function hundredItems(
  { nextName }: Target,
  templateIds: readonly string[],
  data: unknown,
): { readonly items: readonly object[] } {
  const batch = nextName();
  return {
    items: Array.from({ length: 100 }, (_, at) => ({
      idempotencyKey: `${batch}-${at}`,
      templateId: templateIds[at % templateIds.length],
      to: { email: `${batch}-${at}@hostile.example` },
      data,
    })),
  };
}
