import type { SendOrigin } from '@postroom/core';
import type { Sql } from '../connection/sql.ts';
import { Prisma } from '../generated/client.ts';
import { each } from '../look-up.ts';

/** Where sends were accepted, for whoever traces what becomes of them; nobody else asks. */
export class TraceStore {
  readonly #sql: Sql;

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** Of those sends that were accepted under a trace: where, and with how many others. */
  async findOrigins(sendIds: readonly string[]): Promise<ReadonlyMap<string, SendOrigin>> {
    const rows = await this.#sql.query<SendOrigin & { readonly id: string }>`
    /* find_origins */
    SELECT w.id, b.traceparent, b.total FROM ${each(Prisma.sql`${sendIds}::uuid[]`)} AS w(id)
    CROSS JOIN LATERAL (SELECT batch_id FROM email_sends WHERE id = w.id OFFSET 0) s
    CROSS JOIN LATERAL (SELECT traceparent, total FROM batches WHERE id = s.batch_id OFFSET 0) b
    WHERE b.traceparent IS NOT NULL`;
    return new Map(rows.map(({ id, ...origin }) => [id, origin]));
  }

  /** The same without the sends. */
  async findTraceparents(sendIds: readonly string[]): Promise<readonly string[]> {
    return [...(await this.findOrigins(sendIds)).values()].map(({ traceparent }) => traceparent);
  }
}
