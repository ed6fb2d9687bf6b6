import {
  type CreateWebhook,
  maxWebhooks,
  type UpdateWebhook,
  type WebhookDisabledReason,
} from '@postroom/contracts';
import { newId, type SendOwner, type SendRef } from '@postroom/core';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { inOrder } from '../look-up.ts';
import { assignments, newestFirst, textOf } from '../resources/fragments.ts';
import { type Page, type PageRequest, toPage } from '../resources/page.ts';
import { takeInTurn } from '../resources/sender-claims.ts';

/** An endpoint, without its secrets. */
export type StoredWebhook = {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly enabled: boolean;
  readonly description: string | null;
  readonly disabledReason: WebhookDisabledReason | null;
  readonly failingSince: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
};

const columns = Prisma.sql`
  id, url, events, enabled, description, disabled_reason AS "disabledReason", failing_since AS "failingSince",
  created_at AS "createdAt", updated_at AS "updatedAt"`;

/** How long a secret that was replaced signs as well. */
const overlap = Prisma.sql`interval '24 hours'`;

/** Of more than so many before the last, those that were made last go: receivers have had the others for longer. */
const maxEarlier = 8;

/** What is kept of the secrets before the last one, in their order, when it becomes one of them. */
const earlierSecrets = Prisma.sql`(
  SELECT coalesce(jsonb_agg(x.former ORDER BY x.place), '[]') FROM (
    SELECT former, place FROM jsonb_array_elements(earlier_secrets || jsonb_build_object(
      'secret', previous_secret, 'until', previous_secret_until)) WITH ORDINALITY AS f(former, place)
    WHERE (former ->> 'until')::timestamptz > now() ORDER BY place LIMIT ${maxEarlier}::int) x)`;

/** The row of an endpoint of this workspace and mode. */
const isRef = ({ workspaceId, isSimulated, id }: SendRef): Prisma.Sql => Prisma.sql`
  id = ${id}::uuid AND workspace_id = ${workspaceId}::uuid AND simulated = ${isSimulated}::boolean AND deleted_at IS NULL`;

/** Where a workspace wants to be told, newest first in lists; each mode of its keys has its own. */
export class WebhookEndpointStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** Null: there are as many as there may be. */
  async create(
    { workspaceId, isSimulated }: SendOwner,
    { url, events, enabled, description, secret }: CreateWebhook & { readonly secret: string },
  ): Promise<StoredWebhook | null> {
    const statement = this.#prisma.$queryRaw<StoredWebhook[]>`
      INSERT INTO webhook_endpoints (id, workspace_id, simulated, url, events, enabled, description, secret)
      SELECT ${newId()}::uuid, ${workspaceId}::uuid, ${isSimulated}::boolean, ${url}, ${events}::text[],
             ${enabled}::boolean, ${description ?? null}::text, ${secret}
      WHERE (
        SELECT count(*) < ${maxWebhooks}::int FROM webhook_endpoints kept
        WHERE kept.workspace_id = ${workspaceId}::uuid AND kept.id IS NOT NULL
          AND kept.simulated = ${isSimulated}::boolean AND kept.deleted_at IS NULL)
      RETURNING ${columns}`;
    const [made] = await takeInTurn(this.#prisma, { roomOf: `webhooks of ${workspaceId}` }, statement);
    return made ?? null;
  }

  async find(ref: SendRef): Promise<StoredWebhook | null> {
    const [row] = await this.#prisma.$queryRaw<StoredWebhook[]>`
      SELECT ${columns} FROM webhook_endpoints WHERE ${isRef(ref)}`;
    return row ?? null;
  }

  async list({ workspaceId, isSimulated }: SendOwner, request: PageRequest): Promise<Page<StoredWebhook>> {
    const { where, page } = newestFirst('webhook_endpoints', workspaceId, request);
    const rows = await inOrder(
      this.#prisma,
      this.#prisma.$queryRaw<StoredWebhook[]>`
      SELECT ${columns} FROM webhook_endpoints
      WHERE ${where} AND simulated = ${isSimulated}::boolean AND deleted_at IS NULL ${page}`,
    );
    return toPage(rows, request.limit, (row) => row);
  }

  /** One that is enabled, or gets another URL, begins anew: nothing has failed yet. */
  async update(
    ref: SendRef,
    { url, events, enabled, description }: UpdateWebhook,
  ): Promise<StoredWebhook | null> {
    const isNew = url !== undefined || enabled === true;
    const [row] = await this.#prisma.$queryRaw<StoredWebhook[]>`
      UPDATE webhook_endpoints SET ${assignments({
        url: textOf(url),
        events: events === undefined ? undefined : Prisma.sql`${events}::text[]`,
        enabled: enabled === undefined ? undefined : Prisma.sql`${enabled}::boolean`,
        description: textOf(description),
        disabled_reason: enabled === undefined ? undefined : Prisma.sql`NULL`,
        failures: isNew ? Prisma.sql`0` : undefined,
        failing_since: isNew ? Prisma.sql`NULL` : undefined,
      })} WHERE ${isRef(ref)} RETURNING ${columns}`;
    return row ?? null;
  }

  /** The secret that it had signs for a day more, and those before it until their own day is over. */
  async rotateSecret(ref: SendRef, secret: string): Promise<StoredWebhook | null> {
    const [row] = await this.#prisma.$queryRaw<StoredWebhook[]>`
      UPDATE webhook_endpoints SET
        earlier_secrets = ${earlierSecrets}, previous_secret = secret, previous_secret_until = now() + ${overlap},
        secret = ${secret}, updated_at = now()
      WHERE ${isRef(ref)} RETURNING ${columns}`;
    return row ?? null;
  }

  /** Answers whether there was one. It is told of nothing any more; the workers remove what is left of it. */
  async remove(ref: SendRef): Promise<boolean> {
    const removed = await this.#prisma.$executeRaw`
      UPDATE webhook_endpoints SET
        deleted_at = now(), enabled = false, secret = '', previous_secret = NULL, earlier_secrets = '[]'
      WHERE ${isRef(ref)}`;
    return removed > 0;
  }
}
