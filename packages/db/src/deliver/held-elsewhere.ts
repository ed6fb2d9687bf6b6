import { Prisma } from '../generated/client.ts';
import { lowered } from '../lowered.ts';
import { isHeldElsewhere } from '../resources/sender-claims.ts';

/**
 * Whether the sender of the send `c` became another workspace's while it waited: it was scheduled, retried, or kept back by a hold,
 * a pause or a backlog. Of what goes out soon after it was accepted nothing is looked up.
 */
export const isSenderHeldElsewhere = Prisma.sql`
  (CASE WHEN c.scheduled_at IS NOT NULL OR c.created_at < now() - interval '10 minutes'
    THEN ${isHeldElsewhere(Prisma.sql`c.workspace_id`, lowered(Prisma.sql`c.from_email`))}
  ELSE false END)`;
