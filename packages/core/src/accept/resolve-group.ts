import type { AskedEmail, AskedItem } from './asked-send.ts';
import type { Directory } from './directory.ts';
import { type Rejection, reject } from './item-outcome.ts';

/**
 * Why a send cannot go to the members of its group, or as marketing mail: no such group, or nobody could leave it. Null: it
 * can, or names none.
 */
export function refusalOfGroup(
  { subscriptionGroupId: group, isMarketing, isSimulated }: AskedItem | AskedEmail,
  directory: Pick<Directory, 'groupIds'>,
  { marketingRefusal }: { readonly marketingRefusal: string | null },
): Rejection | null {
  if (group !== null && !directory.groupIds.has(group)) {
    const message = `subscriptionGroupId ${group} is not a subscription group of this workspace`;
    return reject('not_found', message, { field: 'subscriptionGroupId' });
  }
  if ((group === null && !isMarketing) || marketingRefusal === null || isSimulated) return null;
  const issue = { path: group === null ? 'type' : 'subscriptionGroupId', message: marketingRefusal };
  return reject('validation_failed', `${issue.path} ${issue.message}`, { issues: [issue] });
}
