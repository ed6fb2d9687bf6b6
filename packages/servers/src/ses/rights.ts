import { fakeArn, fakeOwner } from '../aws/owner.ts';
import { bareAddress } from './addresses.ts';
import { type SesAnswer, sesError } from './answers.ts';
import { decideByPolicy, type IamPolicy } from './iam-policy.ts';
import type { SesIdentities } from './identities.ts';
import { type ReceivedMessage, recipientsOf } from './received-message.ts';

const { caller } = fakeOwner;
const arnOf = (resource: string) => fakeArn('ses', resource);

/** What the caller of the fake SES may do. Without a policy that is everything, as it is for an account's owner. */
export type SesRights = {
  set(policy: IamPolicy | null): void;
  /** SES's refusal of a message that was given as `Raw` or `Simple` content, or null. */
  refusalOfMessage(message: ReceivedMessage, form: 'raw' | 'simple'): SesAnswer | null;
  /** SES's refusal of another operation, on a resource such as `identity/example.com`, or ''; null: it may be done. */
  refusalOf(operation: string, resource: string): SesAnswer | null;
  /** Whether the caller may do something at another service of the account. */
  allow(action: string, resource: string): boolean;
};

/**
 * Checks rights as SES does: the action is that of the content's form, and every resource that the message touches has to
 * be allowed: the identity that it is sent from, its configuration set, and recipients that are identities of the account.
 */
export function createRights(identities: Pick<SesIdentities, 'covering'>): SesRights {
  let policy: IamPolicy | null = null;

  const refuse = (
    action: string,
    resources: readonly string[],
    context: Readonly<Record<string, readonly string[]>>,
  ): SesAnswer | null => {
    for (const resource of resources) {
      const verdict = policy === null ? 'allowed' : decideByPolicy(policy, { action, resource, context });
      if (verdict !== 'allowed') return accessDenied(action, { resource, isExplicit: verdict === 'denied' });
    }
    return null;
  };

  return {
    set: (next) => {
      policy = next;
    },
    refusalOfMessage: (message, form) => {
      const from = bareAddress(message.from);
      const recipients = recipientsOf(message).map(bareAddress);
      const own = recipients.flatMap((address) => identities.covering(address) ?? []);
      const resources = [
        `identity/${identities.covering(from) ?? from}`,
        ...(message.configurationSet === null ? [] : [`configuration-set/${message.configurationSet}`]),
        ...own.map((identity) => `identity/${identity}`),
      ];
      const action = form === 'raw' ? 'ses:SendRawEmail' : 'ses:SendEmail';
      return refuse(action, resources.map(arnOf), {
        'ses:FromAddress': [from],
        'ses:Recipients': recipients,
      });
    },
    refusalOf: (operation, resource) =>
      refuse(`ses:${operation}`, [resource === '' ? '*' : arnOf(resource)], {}),
    allow: (action, resource) =>
      policy === null || decideByPolicy(policy, { action, resource, context: {} }) === 'allowed',
  };
}

/** In SES's own words, which it has in two notations: an explicit deny, and the lack of a right. */
function accessDenied(
  action: string,
  { resource, isExplicit }: { readonly resource: string; readonly isExplicit: boolean },
): SesAnswer {
  const words = isExplicit
    ? `User: ${caller} is not authorized to perform: ${action} on resource: ${resource} with an explicit deny in an identity-based policy`
    : `User \`${caller}' is not authorized to perform \`${action}' on resource \`${resource}'`;
  return sesError(403, 'AccessDeniedException', words);
}
