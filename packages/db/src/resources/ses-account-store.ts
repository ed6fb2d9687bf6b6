import { newId } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';

/** An account, or a region, of SES beside the one that the environment names. */
export type SesAccount = {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** The profile of AWS's shared files that has its credentials; null: those of the environment. */
  readonly profile: string | null;
  readonly endpoint: string;
};

/** What keeps an account from being removed. */
export type AccountUse = {
  /** Sender profiles that are sent through it. */
  readonly senders: number;
  /** Sends of it that are not at their end. */
  readonly waiting: number;
  /** A sender profile was changed within the last minute: a request that began before may yet be written for the account. */
  readonly isRecent: boolean;
};

const select = { id: true, name: true, region: true, profile: true, endpoint: true } as const;

/** What an installation sends through, beside what its environment names: a few, made on the command line. */
export class SesAccountStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  /** All of them, the oldest first. */
  list(): Promise<readonly SesAccount[]> {
    return this.#prisma.sesAccount.findMany({ select, orderBy: { id: 'asc' } });
  }

  find(id: string): Promise<SesAccount | null> {
    return this.#prisma.sesAccount.findUnique({ where: { id }, select });
  }

  /** Makes one; null: its name is taken. */
  async create(account: Omit<SesAccount, 'id'>): Promise<SesAccount | null> {
    const [made] = await this.#prisma.sesAccount.createManyAndReturn({
      data: [{ ...account, id: newId() }],
      skipDuplicates: true,
      select,
    });
    return made ?? null;
  }

  /** Changes where one is and whose credentials it has; processes that run keep what they know of it. */
  async update(id: string, change: Omit<SesAccount, 'id' | 'name'>): Promise<void> {
    await this.#prisma.sesAccount.update({ where: { id }, data: change, select: { id: true } });
  }

  /** Removes one that nothing needs any more, or answers what does. */
  async remove(id: string): Promise<AccountUse | null> {
    const [found] = await this.#prisma.$queryRaw<(AccountUse & { readonly isRemoved: boolean })[]>`
      WITH account_use AS (SELECT
        (SELECT count(*)::int FROM sender_profiles WHERE account_id = ${id}::uuid) AS senders,
        (SELECT count(*)::int FROM email_sends
         WHERE account_id = ${id}::uuid AND status IN ('Scheduled', 'Queued', 'Processing')) AS waiting,
        EXISTS (SELECT FROM sender_profiles WHERE updated_at > now() - interval '1 minute') AS "isRecent"),
      removed AS (
        DELETE FROM ses_accounts USING account_use u
        WHERE id = ${id}::uuid AND u.senders = 0 AND u.waiting = 0 AND NOT u."isRecent" RETURNING id)
      SELECT u.*, EXISTS (SELECT FROM removed) AS "isRemoved" FROM account_use u`;
    return found === undefined || found.isRemoved ? null : found;
  }

  /**
   * Has mail of a sender profile that is accepted from now on sent through an account; null: the environment's. What SES said of
   * the sender was said by another account, and counts no more. False: there is no such profile.
   */
  async assign(senderProfileId: string, accountId: string | null): Promise<boolean> {
    const changed = await this.#prisma.$executeRaw`
      UPDATE sender_profiles SET account_id = ${accountId}::uuid, updated_at = now(),
        verified_at = CASE WHEN account_id IS NOT DISTINCT FROM ${accountId}::uuid THEN verified_at END,
        flagged_reason = CASE WHEN account_id IS NOT DISTINCT FROM ${accountId}::uuid THEN flagged_reason END
      WHERE id = ${senderProfileId}::uuid`;
    return changed > 0;
  }
}
