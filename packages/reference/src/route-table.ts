import type { Component } from './component.ts';
import { errorComponents } from './error-components.ts';
import type { Operation } from './operation.ts';
import { actionComponents, actionOperations } from './resources/actions.ts';
import { apiKeyComponents, apiKeyOperations } from './resources/api-keys.ts';
import { batchComponents, batchOperations } from './resources/batches.ts';
import { changeComponents, changeEmails } from './resources/change-emails.ts';
import { domainComponents, domainOperations } from './resources/domains.ts';
import { emailsComponents } from './resources/emails-components.ts';
import { erasureComponents, erasureOperations } from './resources/erasures.ts';
import { itemsComponents } from './resources/items-components.ts';
import { postmarkComponents, postmarkOperations } from './resources/postmark.ts';
import { postmarkBounceComponents, postmarkBounceOperations } from './resources/postmark-bounces.ts';
import {
  postmarkSuppressionComponents,
  postmarkSuppressionOperations,
} from './resources/postmark-suppressions.ts';
import { profileComponents, profileOperations } from './resources/profiles.ts';
import { rateComponents, rateOperations } from './resources/rates.ts';
import { historyComponents, readEmails } from './resources/read-emails.ts';
import { recipientComponents, recipientOperations } from './resources/recipients.ts';
import { resendOperations } from './resources/resend.ts';
import { resendComponents } from './resources/resend-components.ts';
import { resendDomainComponents, resendDomainOperations } from './resources/resend-domains.ts';
import { resendSuppressionComponents, resendSuppressionOperations } from './resources/resend-suppressions.ts';
import { resendTemplateComponents, resendTemplateOperations } from './resources/resend-templates.ts';
import { resendWebhookComponents, resendWebhookOperations } from './resources/resend-webhooks.ts';
import { sendBatch } from './resources/send-batch.ts';
import { sendEmail } from './resources/send-email.ts';
import { senderProfileComponents, senderProfileOperations } from './resources/sender-profiles.ts';
import { serviceComponents, serviceOperations } from './resources/service.ts';
import { sharedValues } from './resources/shared-values.ts';
import { subscriptionGroupComponents, subscriptionGroupOperations } from './resources/subscription-groups.ts';
import { suppressionComponents, suppressionOperations } from './resources/suppressions.ts';
import { templateComponents, templateOperations } from './resources/templates.ts';
import { webhookOperations } from './resources/webhooks.ts';
import { webhookComponents } from './resources/webhooks-components.ts';
import { workspaceComponents, workspaceOperations } from './resources/workspaces.ts';

/** Every operation of the API, in the order in which they are shown. */
export const operations: readonly Operation[] = [
  sendBatch,
  sendEmail,
  ...readEmails,
  ...changeEmails,
  ...actionOperations,
  ...batchOperations,
  ...templateOperations,
  ...senderProfileOperations,
  ...domainOperations,
  ...profileOperations,
  ...subscriptionGroupOperations,
  ...suppressionOperations,
  ...rateOperations,
  ...erasureOperations,
  ...webhookOperations,
  ...apiKeyOperations,
  ...workspaceOperations,
  ...recipientOperations,
  ...resendOperations,
  ...resendDomainOperations,
  ...resendWebhookOperations,
  ...resendSuppressionOperations,
  ...resendTemplateOperations,
  ...postmarkOperations,
  ...postmarkSuppressionOperations,
  ...postmarkBounceOperations,
  ...serviceOperations,
];

/** Every schema that has a name. */
export const components: readonly Component[] = [
  ...sharedValues,
  ...itemsComponents,
  ...emailsComponents,
  ...historyComponents,
  ...changeComponents,
  ...actionComponents,
  ...batchComponents,
  ...templateComponents,
  ...senderProfileComponents,
  ...domainComponents,
  ...profileComponents,
  ...subscriptionGroupComponents,
  ...suppressionComponents,
  ...rateComponents,
  ...erasureComponents,
  ...webhookComponents,
  ...apiKeyComponents,
  ...workspaceComponents,
  ...recipientComponents,
  ...resendComponents,
  ...resendDomainComponents,
  ...resendWebhookComponents,
  ...resendSuppressionComponents,
  ...resendTemplateComponents,
  ...postmarkComponents,
  ...postmarkSuppressionComponents,
  ...postmarkBounceComponents,
  ...serviceComponents,
  ...errorComponents,
];
