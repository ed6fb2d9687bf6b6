import { type CreateSubscriptionGroup, maxSubscriptionGroups } from '@postroom/contracts';
import type { ModeOwner } from '../send/send.ts';
import { tooMany } from '../senders/refusals.ts';

export type CreateGroupDeps<Group> = {
  readonly subscriptionGroups: {
    /** Null: the workspace has as many of this mode as it may have. */
    create(owner: ModeOwner, group: CreateSubscriptionGroup): Promise<Group | null>;
  };
};

/** Makes a group. One that a test key makes is there for test keys alone, and takes no room of the others. */
export async function createGroup<Group>(
  { subscriptionGroups }: CreateGroupDeps<Group>,
  owner: ModeOwner,
  input: CreateSubscriptionGroup,
): Promise<Group> {
  const group = await subscriptionGroups.create(owner, input);
  if (group === null) throw tooMany('subscription groups', maxSubscriptionGroups);
  return group;
}
