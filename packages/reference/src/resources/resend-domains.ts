import {
  resendCheckedSchema,
  resendCreateDomainSchema,
  resendDomainSchema,
  resendListedDomainSchema,
  resendListSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter } from '../parameters.ts';
import { resendDeleted, resendLive, resendManaged, resendPage } from './resend-shared.ts';

const createDomain = requestObject('ResendCreateDomain', resendCreateDomainSchema, {
  about: 'A domain to be registered.',
  fields: { name: 'The bare domain.', region: 'That of this installation, or none.' },
});
const domainNotes = {
  id: 'Its id.',
  name: 'The domain.',
  status: 'Whether SES has found its records.',
  created_at: 'When it was registered.',
  region: 'The region of SES.',
};
const listedDomain = answerObject('ResendListedDomain', resendListedDomainSchema, {
  about: 'A domain of a list.',
  fields: domainNotes,
});
const record = answerObject('ResendDomainRecord', resendDomainSchema.shape.records.element, {
  about: 'A DNS record to publish.',
  fields: {
    record: 'What it is for.',
    name: 'Its name.',
    type: 'Its type.',
    ttl: 'As long as you like.',
    status: 'That of the domain.',
    value: 'Its value.',
  },
});
const domain = answerObject('ResendDomain', resendDomainSchema, {
  about: 'A domain.',
  fields: { object: 'Always `domain`.', ...domainNotes, records: 'What to publish.' },
});
const domains = answerObject('ResendDomains', resendListSchema(resendListedDomainSchema), {
  about: 'A page of domains.',
  fields: { object: 'Always `list`.', has_more: 'Whether more follow.', data: 'The domains.' },
});
const checked = answerObject('ResendChecked', resendCheckedSchema, {
  about: 'A domain that was checked again.',
  fields: { object: 'Always `domain`.', id: 'Its id.' },
});

/** The components of domains for clients of Resend. */
export const resendDomainComponents: readonly Component[] = [
  createDomain,
  listedDomain,
  record,
  domain,
  domains,
  checked,
  resendDeleted,
];

const exampleListedDomain = {
  id: exampleIds.domain,
  name: 'example.com',
  status: 'pending',
  created_at: exampleTimes.created,
  region: 'eu-west-1',
};
const exampleDomain = {
  object: 'domain',
  ...exampleListedDomain,
  records: [
    {
      record: 'DKIM',
      name: 'token1._domainkey.example.com',
      type: 'CNAME',
      ttl: 'Auto',
      status: 'pending',
      value: 'token1.dkim.amazonses.com',
    },
  ],
};
const domainId = [idParameter('domain', exampleIds.domain)];

/** What clients of Resend call of domains. */
export const resendDomainOperations: readonly Operation[] = [
  {
    ...resendLive,
    method: 'post',
    path: '/resend/domains',
    operationId: 'resendCreateDomain',
    summary: 'Register a domain',
    body: { content: jsonOf(createDomain, example('A domain', { name: 'new.example.com' })), maxMiB: 1 },
    answers: {
      201: { description: 'It was registered.', content: jsonOf(domain, example('A domain', exampleDomain)) },
    },
  },
  {
    ...resendManaged,
    method: 'get',
    path: '/resend/domains',
    operationId: 'resendListDomains',
    summary: 'List domains',
    parameters: resendPage,
    answers: {
      200: {
        description: 'A page of domains.',
        content: jsonOf(
          domains,
          example('A page', { object: 'list', has_more: false, data: [exampleListedDomain] }),
        ),
      },
    },
  },
  {
    ...resendManaged,
    method: 'get',
    path: '/resend/domains/{id}',
    operationId: 'resendGetDomain',
    summary: 'Read a domain',
    parameters: domainId,
    answers: {
      200: { description: 'The domain.', content: jsonOf(domain, example('A domain', exampleDomain)) },
    },
  },
  {
    ...resendLive,
    method: 'post',
    path: '/resend/domains/{id}/verify',
    operationId: 'resendVerifyDomain',
    summary: 'Ask SES about a domain again',
    parameters: domainId,
    answers: {
      200: {
        description: 'It was asked.',
        content: jsonOf(checked, example('Its id', { object: 'domain', id: exampleIds.domain })),
      },
    },
  },
  {
    ...resendLive,
    method: 'delete',
    path: '/resend/domains/{id}',
    operationId: 'resendRemoveDomain',
    summary: 'Remove a domain',
    parameters: domainId,
    answers: {
      200: {
        description: 'It is gone.',
        content: jsonOf(
          resendDeleted,
          example('Gone', { object: 'domain', id: exampleIds.domain, deleted: true }),
        ),
      },
    },
  },
];
