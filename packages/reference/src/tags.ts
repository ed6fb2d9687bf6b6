/** The groups of operations, in the order in which they are shown. */
export const tags = [
  {
    name: 'Emails',
    description: 'Send emails, one or many, and follow what becomes of each.',
  },
  {
    name: 'Batches',
    description: 'All sends of one batch request together.',
  },
  {
    name: 'Templates',
    description:
      'What sends of the items dialect are rendered from: [Handlebars](https://handlebarsjs.com/guide/), checked when it is saved. ' +
      'Beside `data` they read `@sender.email`, `@sender.name`, `@profile` (`id`, `email`, `externalId` and the attributes), ' +
      '`@messageId` and `@unsubscribeUrl`, where the send has a group.',
  },
  { name: 'Sender profiles', description: 'Who mail comes from.' },
  { name: 'Domains', description: 'Domains to send from, and the DNS records that prove them yours.' },
  { name: 'Profiles', description: 'Known recipients.' },
  {
    name: 'Subscription groups',
    description: 'What recipients can subscribe to, and what each of them said.',
  },
  { name: 'Suppressions', description: 'Addresses that get no mail from this workspace.' },
  {
    name: 'Rates',
    description: 'How much mail bounced or was complained about, and what is held because of it.',
  },
  { name: 'Erasures', description: 'Persons of whom nothing is to be kept.' },
  { name: 'Webhooks', description: 'Word of what happens, posted to you as it happens.' },
  { name: 'API keys', description: 'Who may call, and what each may do.' },
  {
    name: 'Recipients',
    description: 'What the links in a message lead to. Nobody has to log in: the links are signed.',
  },
  {
    name: 'Resend',
    description:
      'For clients of Resend: its own SDKs work with these routes as they are. They are at the root as well (`/emails`), unless ' +
      '`COMPAT` says otherwise. The key, the scopes and all that an email may hold are those of `/api/v1`.',
  },
  {
    name: 'Postmark',
    description:
      'For clients of Postmark: its own SDKs work with these routes as they are, unless `COMPAT` leaves them out. The key, the ' +
      'scopes and all that a message may hold are those of `/api/v1`.',
  },
  { name: 'Service', description: 'What operators, their tools and Amazon SES call. No key is needed.' },
] as const;

export type Tag = (typeof tags)[number]['name'];
