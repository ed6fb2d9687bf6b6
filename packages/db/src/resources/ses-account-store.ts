import { newId } from '@postroom/core';
import type { PrismaClient } from '../generated/client.ts';
import { unfinished } from '../read/operation-store.ts';

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
  /** A sender profile left it within the last ten minutes: a request that began before may yet be written for the account. */
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

  /**
   * Changes where one is and whose credentials it has; processes that run keep what they know of it. What SES said of its
   * senders was said by another account then, and counts no more.
   */
  async update(id: string, { region, profile, endpoint }: Omit<SesAccount, 'id' | 'name'>): Promise<void> {
    await this.#prisma.$executeRaw`
      WITH changed AS (
        UPDATE ses_accounts SET region = ${region}, profile = ${profile}::text, endpoint = ${endpoint}
        WHERE id = ${id}::uuid
          AND ROW(region, profile, endpoint) IS DISTINCT FROM ROW(${region}, ${profile}::text, ${endpoint})
        RETURNING id)
      UPDATE sender_profiles SET verified_at = NULL, flagged_reason = NULL, updated_at = now()
      WHERE account_id IN (SELECT id FROM changed)`;
  }

  /**
   * Removes one that nothing needs any more, or answers what does. It stays where `forget`, which takes away what is known of
   * it elsewhere, rejects; should the commit fail after it, the account stays, and is known there again with its next job.
   */
  async remove(id: string, forget: () => Promise<void>): Promise<AccountUse | null> {
    return this.#prisma.$transaction(
      async (tx) => {
        // No profile comes to it from here on; one that was coming is counted by the next statement.
        await tx.$queryRaw`SELECT id FROM ses_accounts WHERE id = ${id}::uuid FOR UPDATE`;
        const [use] = await tx.$queryRaw<AccountUse[]>`SELECT
          (SELECT count(*)::int FROM sender_profiles WHERE account_id = ${id}::uuid) AS senders,
          (SELECT count(*)::int FROM (${unfinished}) AS unfinished WHERE account_id = ${id}::uuid) AS waiting,
          EXISTS (SELECT FROM ses_accounts
                  WHERE id = ${id}::uuid AND left_at > now() - interval '10 minutes') AS "isRecent"`;
        if (use && (use.senders > 0 || use.waiting > 0 || use.isRecent)) return use;
        await tx.$executeRaw`DELETE FROM ses_accounts WHERE id = ${id}::uuid`;
        await forget();
        return null;
      },
      { timeout: 30_000 },
    );
  }

  /**
   * Has mail of a sender profile that is accepted from now on sent through an account; null: the environment's. What SES said of
   * the sender was said by another account, and counts no more. False: there is no such profile, or no such account.
   */
  async assign(senderProfileId: string, accountId: string | null): Promise<boolean> {
    const changed = await this.#prisma.$executeRaw`
      WITH moving AS (
        SELECT id, account_id FROM sender_profiles
        WHERE id = ${senderProfileId}::uuid AND (${accountId}::uuid IS NULL
          OR EXISTS (SELECT FROM ses_accounts WHERE id = ${accountId}::uuid FOR KEY SHARE))
        FOR NO KEY UPDATE),
      behind AS (
        UPDATE ses_accounts SET left_at = clock_timestamp()
        WHERE id IN (SELECT account_id FROM moving) AND id IS DISTINCT FROM ${accountId}::uuid)
      UPDATE sender_profiles p SET account_id = ${accountId}::uuid, updated_at = now(),
        verified_at = CASE WHEN p.account_id IS NOT DISTINCT FROM ${accountId}::uuid THEN p.verified_at END,
        flagged_reason = CASE WHEN p.account_id IS NOT DISTINCT FROM ${accountId}::uuid THEN p.flagged_reason END
      FROM moving WHERE p.id = moving.id`;
    return changed > 0;
  }
}
