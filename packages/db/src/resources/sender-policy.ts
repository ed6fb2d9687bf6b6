import { Prisma } from '../generated/client.ts';

/** What becomes of a sender that SES has refused since it was last found verified. */
export type SenderPolicy = {
  /** Whether its flag outweighs its verification, until a refresh finds it verified and clears the flag. */
  readonly refusesFlagged: boolean;
};

/** SES's last word counts. */
export const strictSenderPolicy: SenderPolicy = { refusesFlagged: true };

/**
 * Whether mail may come from the sender profile `p`, by itself or through `d`, the workspace's own
 * verified domain over it, which is one of the environment's account alone.
 */
export const isSenderVerified = ({ refusesFlagged }: SenderPolicy): Prisma.Sql => Prisma.sql`
  ((p.verified_at IS NOT NULL OR (d.id IS NOT NULL AND p.account_id IS NULL))
    AND (p.flagged_reason IS NULL OR NOT ${refusesFlagged}::boolean))`;
