import {
  domainRateSchema,
  type Rate,
  rateSchema,
  ratesSchema,
  resumedRatesSchema,
  resumeRatesSchema,
  senderRateSchema,
} from '@postroom/contracts';
import { answerObject, type Component, requestObject } from '../component.ts';
import { exampleIds } from '../example-ids.ts';
import { example, jsonOf, type Operation } from '../operation.ts';

const notes = {
  delivered: 'Mail that reached the mailbox’s server in the last 24 hours.',
  bounced: 'Mail that bounced for good. What SES refused by itself is not counted, nor are soft bounces.',
  complained: 'Reports of mail as spam, each counted once, however many recipients SES names in it.',
  bounceRate: 'The part of what was delivered or bounced that bounced, from 0 to 1.',
  complaintRate: 'The part of what was delivered that was complained about, from 0 to 1.',
  state:
    '`warning`: from 2 % bounces or 0.1 % complaints on. `paused`: marketing mail is held, since there were 5 % or 0.3 %; operators may have set other bounds. Below 200 deliveries nothing is concluded.',
  pausedAt: 'When its marketing mail was paused last, or null.',
  resumedAt: 'When that was lifted, or null.',
};

const rate = answerObject('Rate', rateSchema, {
  about: 'What became of mail in the last 24 hours.',
  fields: notes,
});

const senderRate = answerObject('SenderRate', senderRateSchema, {
  about: 'The rate of a sender profile.',
  fields: { senderProfileId: 'The sender profile.', ...notes },
});

const domainRate = answerObject('DomainRate', domainRateSchema, {
  about: 'The rate of a domain that mail came from.',
  fields: { domain: 'The domain.', ...notes },
});

const parts = {
  workspace: 'All of the workspace’s mail.',
  senderProfiles: 'By sender profile: the 200 of which most is bad, paused ones first.',
  domains: 'By domain of the sender, the same.',
};

const rates = answerObject('Rates', ratesSchema, {
  about: 'The rates of a workspace, its sender profiles and its domains.',
  fields: parts,
});

const resume = requestObject('ResumeRates', resumeRatesSchema, {
  about: 'Which pauses to lift. Without a field: all of them.',
  fields: {
    workspace: 'That of the workspace.',
    senderProfileId: 'That of this sender profile.',
    domain: 'That of this domain.',
  },
});

const resumed = answerObject('ResumedRates', resumedRatesSchema, {
  about: 'The rates afterwards.',
  fields: { ...parts, resumed: 'How many pauses were lifted.' },
});

/** The components of rates. */
export const rateComponents: readonly Component[] = [rate, senderRate, domainRate, rates, resume, resumed];

const exampleRate: Rate = {
  delivered: 4_900,
  bounced: 100,
  complained: 2,
  bounceRate: 0.02,
  complaintRate: 0.000_408,
  state: 'warning',
  pausedAt: null,
  resumedAt: null,
};

const exampleRates = {
  workspace: exampleRate,
  senderProfiles: [{ senderProfileId: exampleIds.senderProfile, ...exampleRate }],
  domains: [{ domain: 'example.com', ...exampleRate }],
};

const shared = { tag: 'Rates', scope: 'admin' } as const;

/** What can be done with rates. */
export const rateOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'get',
    path: '/api/v1/rates',
    operationId: 'getRates',
    summary: 'Read the rates of bounces and complaints',
    answers: {
      200: { description: 'The rates.', content: jsonOf(rates, example('Too many bounces', exampleRates)) },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'post',
    path: '/api/v1/rates/resume',
    operationId: 'resumeRates',
    isLiveOnly: true,
    summary: 'Resume marketing mail',
    description:
      'Marketing mail that is held goes out within minutes. What was counted so far is forgiven: it is paused again only by what is reported from now on.',
    body: { content: jsonOf(resume, example('All that is paused', {})), maxMiB: 1 },
    answers: {
      200: {
        description: 'The rates afterwards.',
        content: jsonOf(resumed, example('Nothing was paused', { ...exampleRates, resumed: 0 })),
      },
    },
    errors: [],
  },
];
