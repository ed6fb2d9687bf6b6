import {
  createDomainSchema,
  type DomainResource,
  domainSchema,
  maxDomains,
  pageQuerySchema,
  pageSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds, exampleTimes } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';
import { idParameter, pageNotes, queryParameters } from '../parameters.ts';

const create = requestObject('CreateDomain', createDomainSchema, {
  about: 'A domain to be registered.',
  fields: {
    domain: {
      description: 'The bare domain: no scheme, address, wildcard or trailing dot. May be international.',
      format: 'idn-hostname',
    },
  },
});

const domain = answerObject('Domain', domainSchema, {
  about: 'A domain to send from. It belongs to one workspace alone.',
  fields: {
    id: 'The id.',
    domain: 'The domain, in lower case and punycode.',
    status: '`pending`: SES has not found the records yet. `failed`: it has given up looking for them.',
    dnsRecords: 'What to publish in the DNS.',
    checkedAt: 'When SES was last asked; null: never.',
    createdAt: 'When it was registered.',
    updatedAt: 'When it last changed.',
  },
});

const dnsRecord = answerObject('DnsRecord', domainSchema.shape.dnsRecords.element, {
  about: 'One DNS record to publish.',
  fields: {
    type: 'The type of the record.',
    name: 'Where it belongs, as a full name.',
    value: 'What it holds.',
    purpose: 'What it is for: `dkim` proves the domain yours.',
    required: 'Mail goes out without those that are not required.',
  },
});

const page = answerObject('DomainPage', pageSchema(domainSchema), {
  about: 'A page of domains.',
  fields: {
    data: 'The domains, newest first.',
    nextCursor: 'What `cursor` goes on with; null on the last page.',
  },
});

/** The components of domains. */
export const domainComponents: readonly Component[] = [create, domain, dnsRecord, page];

const dkim = (token: string) =>
  ({
    type: 'CNAME',
    name: `${token}._domainkey.example.com`,
    value: `${token}.dkim.amazonses.com`,
    purpose: 'dkim',
    required: true,
  }) as const;

const exampleDomain: DomainResource = {
  id: exampleIds.domain,
  domain: 'example.com',
  status: 'pending',
  dnsRecords: [
    dkim('k3vt5ewsowdzc7jtbfrkzhaf5xqcs4vq'),
    dkim('p2u6jqzqvcpq3w5rqkpyvbqnhxc7t4ea'),
    dkim('zq7c3m5xk2w4h6t8r9y1u3i5o7p9a2s4'),
    {
      type: 'TXT',
      name: '_dmarc.example.com',
      value: 'v=DMARC1; p=none;',
      purpose: 'dmarc',
      required: false,
    },
  ],
  checkedAt: exampleTimes.created,
  createdAt: exampleTimes.created,
  updatedAt: exampleTimes.created,
};

const path = '/api/v1/domains';
const id = idParameter('domain', exampleIds.domain);
const shared = { tag: 'Domains', scope: 'admin' } as const;
const answer = (description: string, change: Partial<DomainResource> = {}) => ({
  description,
  content: jsonOf(domain, example('A domain', { ...exampleDomain, ...change })),
});

/** What can be done with domains. */
export const domainOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'post',
    path,
    operationId: 'createDomain',
    isLiveOnly: true,
    summary: 'Register a domain',
    description:
      'Makes it known to SES and answers the DNS records to publish. 409 if this workspace has it already, or another one ' +
      `has it or senders at it; 422 if this workspace has ${maxDomains} domains. SES is asked a few times a second for all: ` +
      'who comes much too soon is answered 429, with `Retry-After`.',
    body: { content: jsonOf(create, example('A domain', { domain: 'example.com' })), maxMiB: 1 },
    answers: { 201: answer('The domain.') },
    errors: ['state_conflict', 'unprocessable'],
  },
  {
    ...shared,
    method: 'get',
    path,
    operationId: 'listDomains',
    summary: 'List domains',
    parameters: queryParameters(pageQuerySchema, pageNotes),
    answers: {
      200: {
        description: 'A page of domains.',
        content: jsonOf(page, example('The only page', { data: [exampleDomain], nextCursor: null })),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: `${path}/{id}`,
    operationId: 'getDomain',
    summary: 'Read a domain',
    parameters: [id],
    answers: { 200: answer('The domain as it was last seen.') },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path: `${path}/{id}/refresh`,
    operationId: 'refreshDomain',
    isLiveOnly: true,
    summary: 'Ask SES about a domain again',
    parameters: [id],
    answers: { 200: answer('The domain as it is now.', { status: 'verified' }) },
    errors: ['unprocessable'],
  },
  {
    ...shared,
    method: 'delete',
    path: `${path}/{id}`,
    operationId: 'deleteDomain',
    isLiveOnly: true,
    summary: 'Forget a domain',
    description: 'Its identity in SES and its records in the DNS stay: other programs may use them.',
    parameters: [id],
    answers: { 204: { description: 'It is forgotten.' } },
    errors: [],
  },
];
