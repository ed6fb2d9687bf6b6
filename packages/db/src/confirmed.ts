import { hiddenKey } from './erasures/hidden-key.ts';
import { Prisma } from './generated/client.ts';

/*
 * Whoever follows the link of a mail that asks has proven that they read one mailbox, and nothing of another. So a yes that
 * was given by link in a group with a `confirmation` is kept with the mailbox that gave it (`subscriptions.confirmed_by`), and
 * is none for any other that its profile moves to, or that mail for its profile is sent to. A yes that a client vouches for
 * has none, and is the profile's wherever it goes. A no, and having been asked, are always the profile's.
 *
 * The mailbox stands there as a hash: nothing has to be compared with a row of its own, and no address is kept twice.
 */

/** What `confirmed_by` is for the mailbox with the compared address `key`. */
export const mailboxOf = (workspaceId: Prisma.Sql, key: Prisma.Sql): Prisma.Sql =>
  hiddenKey(workspaceId, key);

/** Whether the yes of the subscription `x` is one for mail to this address. */
export const isYesFor = (workspaceId: Prisma.Sql, key: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`(x.confirmed_by IS NULL OR x.confirmed_by = ${mailboxOf(workspaceId, key)})`;

/** The mailbox that the profile of the subscription `x` has now. */
export const mailboxOfProfile: Prisma.Sql = Prisma.sql`(
  SELECT ${mailboxOf(Prisma.sql`p.workspace_id`, Prisma.sql`p.email_key`)} FROM profiles p WHERE p.id = x.profile_id)`;

/** Whether the yes of the subscription `x` is one for the address that its profile has now. */
export const isYesOfProfile: Prisma.Sql = Prisma.sql`(x.confirmed_by IS NULL OR x.confirmed_by = ${mailboxOfProfile})`;

/**
 * Whether the yes by link `excluded` is to stand in the place of that of the subscription `x`, which is one of another mailbox
 * than its profile has.
 */
export const isOtherYes: Prisma.Sql = Prisma.sql`(
  excluded.subscribed AND x.confirmed_by IS DISTINCT FROM excluded.confirmed_by AND NOT ${isYesOfProfile})`;

/** Whether the group asks for a confirmation, so that a yes by link is that of one mailbox. */
export const asksForConfirmation = (groupId: Prisma.Sql): Prisma.Sql => Prisma.sql`(
  SELECT g.confirmation_template_id IS NOT NULL FROM subscription_groups g WHERE g.id = ${groupId})`;
