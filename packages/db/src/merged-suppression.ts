import { Prisma } from './generated/client.ts';

/*
 * Of two suppressions of one address, what weighs more stands of each part, in any order: the reason, the origin, and the later
 * end, which is none at all for one that stays. That of before is `x`, the other one `excluded`; one that is over counts nothing.
 */

const reasons = Prisma.sql`'{Manual,Bounce,Complaint}'::"SuppressionReason"[]`;

/** The place of a reason among them, from the least weight to the most. */
const weight = (reason: Prisma.Sql) => Prisma.sql`array_position(${reasons}, ${reason})`;

/** Of the suppressions of a group of rows, each part that weighs most. */
export const weightiest = {
  reason: Prisma.sql`(${reasons})[max(${weight(Prisma.sql`reason`)})]`,
  expiresAt: Prisma.sql`nullif(max(coalesce(expires_at, 'infinity')), 'infinity')`,
};

/** Whether the suppression `x` is over, and only waits to be removed. */
export const isOver = Prisma.sql`(x.expires_at IS NOT NULL AND x.expires_at <= now())`;

/** What the suppression `x` becomes. */
export const merged = {
  reason: Prisma.sql`(CASE WHEN ${isOver} OR ${weight(Prisma.sql`excluded.reason`)} > ${weight(Prisma.sql`x.reason`)}
    THEN excluded.reason ELSE x.reason END)`,
  origin: Prisma.sql`(CASE WHEN ${isOver} THEN excluded.origin ELSE greatest(x.origin, excluded.origin) END)`,
  expiresAt: Prisma.sql`(CASE WHEN ${isOver} THEN excluded.expires_at
    WHEN x.expires_at IS NULL OR excluded.expires_at IS NULL THEN NULL
    ELSE greatest(x.expires_at, excluded.expires_at) END)`,
};
