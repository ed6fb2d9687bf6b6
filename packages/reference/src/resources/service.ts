import * as z from 'zod';
import { answerObject, type Component } from '../component.ts';
import { example, jsonOf, type Operation, text } from '../operation.ts';

const alive = answerObject('Alive', z.object({ status: z.literal('ok') }), {
  about: 'The process runs.',
  fields: { status: 'Always `ok`.' },
});

const stateSchema = z.enum(['ok', 'down']);

const readinessSchema = z.object({
  status: z.enum(['ok', 'degraded', 'unavailable']),
  checks: z.object({ postgres: stateSchema, redis: stateSchema }),
  reasons: z.object({ postgres: z.string().optional(), redis: z.string().optional() }).optional(),
});

const readiness = answerObject('Readiness', readinessSchema, {
  about: 'Whether requests can be answered.',
  fields: {
    status:
      '`degraded`: Redis is away or cannot be used, and mail is still taken. `unavailable`: PostgreSQL is away.',
    checks: 'Each dependency.',
    reasons: 'Why a dependency is `down`; left out when none is.',
  },
});

const checks = answerObject('ReadinessChecks', readinessSchema.shape.checks, {
  about: 'Which dependencies answer.',
  fields: { postgres: 'PostgreSQL.', redis: 'Redis.' },
});

const reasons = answerObject('ReadinessReasons', readinessSchema.shape.reasons.unwrap(), {
  about: 'Why dependencies cannot be used, in words that name the setting to look at.',
  fields: { postgres: 'What is wrong with PostgreSQL.', redis: 'What is wrong with Redis.' },
});

/** The components of what operators call. */
export const serviceComponents: readonly Component[] = [alive, readiness, checks, reasons];

const shared = { tag: 'Service', scope: null } as const;

const notification = JSON.stringify(
  {
    Type: 'Notification',
    MessageId: 'da41e39f-ea4d-435a-b922-c6aae3915ebe',
    TopicArn: 'arn:aws:sns:eu-central-1:123456789012:postroom-events',
    Message: '{"eventType":"Delivery","mail":{"messageId":"0100018f2b6c7d3e-..."}}',
    Timestamp: '2026-11-22T03:58:40.000Z',
    SignatureVersion: '2',
    Signature: 'EXAMPLE...',
    SigningCertURL: 'https://sns.eu-central-1.amazonaws.com/SimpleNotificationService-EXAMPLE.pem',
  },
  null,
  2,
);

/** What operators, their tools and Amazon SES call. */
export const serviceOperations: readonly Operation[] = [
  {
    ...shared,
    method: 'get',
    path: '/healthz',
    operationId: 'getHealth',
    summary: 'Whether the process runs',
    answers: { 200: { description: 'It does.', content: jsonOf(alive, example('Alive', { status: 'ok' })) } },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: '/readyz',
    operationId: 'getReadiness',
    summary: 'Whether requests can be answered',
    answers: {
      200: {
        description: 'They can.',
        content: jsonOf(readiness, {
          well: { summary: 'All is well', value: { status: 'ok', checks: { postgres: 'ok', redis: 'ok' } } },
          full: {
            summary: 'Redis is full',
            value: {
              status: 'degraded',
              checks: { postgres: 'ok', redis: 'down' },
              reasons: { redis: 'Redis is full and takes no writes (OOM): raise its maxmemory.' },
            },
          },
        }),
      },
      503: {
        description: 'PostgreSQL is away.',
        content: jsonOf(
          readiness,
          example('Without PostgreSQL', {
            status: 'unavailable',
            checks: { postgres: 'down', redis: 'ok' },
            reasons: { postgres: 'PostgreSQL does not answer at DATABASE_URL.' },
          }),
        ),
      },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: '/metrics',
    operationId: 'getMetrics',
    summary: 'Metrics for Prometheus',
    answers: {
      200: {
        description: 'All metrics in the text format of Prometheus.',
        content: text('text/plain', 'A metric', 'postroom_items_total{result="accepted"} 1001\n'),
      },
    },
    errors: ['internal_error'],
  },
  {
    ...shared,
    method: 'post',
    path: '/providers/ses/notifications',
    operationId: 'takeSesNotification',
    summary: "Take SES's events",
    description:
      'For Amazon SNS alone: its signature is checked, and its topic must be in `SNS_TOPIC_ARNS`. Subscriptions are confirmed ' +
      'by themselves. Events may come twice and in any order.',
    body: { content: text('text/plain', 'A delivery', notification), maxMiB: 0.5 },
    answers: { 204: { description: 'It was taken, or says nothing that concerns this installation.' } },
    errors: ['internal_error', 'unavailable'],
  },
  {
    ...shared,
    method: 'get',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    summary: 'This document',
    answers: {
      200: {
        description: 'OpenAPI 3.1.',
        isCached: true,
        content: {
          'application/json': {
            schema: {
              type: 'object',
              description: 'An OpenAPI document.',
              required: ['openapi', 'info', 'paths'],
              properties: {
                openapi: { type: 'string' },
                info: { type: 'object' },
                paths: { type: 'object' },
              },
              additionalProperties: true,
            },
            examples: example('Its beginning', {
              openapi: '3.1.1',
              info: { title: 'Postroom', version: '0.1.0' },
              paths: {},
            }),
          },
        },
      },
      304: { description: 'Nothing has changed since the version in `If-None-Match`.', isCached: true },
    },
    errors: [],
  },
  {
    ...shared,
    method: 'get',
    path: '/docs',
    operationId: 'getDocs',
    summary: 'The reference as a page',
    answers: {
      200: {
        description: 'A page that needs nothing but itself.',
        isCached: true,
        content: text('text/html', 'Its beginning', '<!doctype html>'),
      },
      304: { description: 'Nothing has changed since the version in `If-None-Match`.', isCached: true },
    },
    errors: [],
  },
];
