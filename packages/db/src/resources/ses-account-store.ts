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
