import { createActions } from './actions.ts';
import { createBatches } from './batches.ts';
import { Emails } from './emails.ts';
import { createApiKeys } from './resources/api-keys.ts';
import {
  createErasures,
  createProfiles,
  createRates,
  createSubscriptionGroups,
} from './resources/recipients.ts';
import { createDomains, createSenderProfiles } from './resources/senders.ts';
import { createSuppressions } from './resources/suppressions.ts';
import { createTemplates } from './resources/templates.ts';
import { createWebhooks } from './resources/webhooks.ts';
import { type PostroomOptions, readSettings } from './settings.ts';
import { createTransport } from './transport/transport.ts';

/**
 * A client of one Postroom server with one API key. Its calls answer `{ data, error }` and never throw for what
 * happens on the way to the server and back; what could never work, such as no key, is a TypeError.
 */
export class Postroom {
  readonly emails: Emails;
  readonly actions: ReturnType<typeof createActions>;
  readonly batches: ReturnType<typeof createBatches>;
  readonly templates: ReturnType<typeof createTemplates>;
  readonly senderProfiles: ReturnType<typeof createSenderProfiles>;
  readonly domains: ReturnType<typeof createDomains>;
  readonly profiles: ReturnType<typeof createProfiles>;
  readonly subscriptionGroups: ReturnType<typeof createSubscriptionGroups>;
  readonly suppressions: ReturnType<typeof createSuppressions>;
  readonly rates: ReturnType<typeof createRates>;
  readonly erasures: ReturnType<typeof createErasures>;
  readonly webhooks: ReturnType<typeof createWebhooks>;
  readonly apiKeys: ReturnType<typeof createApiKeys>;

  constructor(options?: PostroomOptions);
  constructor(apiKey: string | undefined, options?: Omit<PostroomOptions, 'apiKey'>);
  constructor(first?: string | PostroomOptions, options?: PostroomOptions) {
    const settings = readSettings(typeof first === 'object' ? first : { ...options, apiKey: first });
    const transport = createTransport(settings);
    this.emails = new Emails({ transport, settings });
    this.actions = createActions(transport);
    this.batches = createBatches(transport);
    this.templates = createTemplates(transport);
    this.senderProfiles = createSenderProfiles(transport);
    this.domains = createDomains(transport);
    this.profiles = createProfiles(transport);
    this.subscriptionGroups = createSubscriptionGroups(transport);
    this.suppressions = createSuppressions(transport);
    this.rates = createRates(transport);
    this.erasures = createErasures(transport);
    this.webhooks = createWebhooks(transport);
    this.apiKeys = createApiKeys(transport);
  }
}
