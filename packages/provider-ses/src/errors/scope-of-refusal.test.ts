import { describe, expect, test } from '@jest/globals';
import { classifySesError } from './classify-ses-error.ts';

const parties = { from: 'shop@mail.example.com', recipients: ['ada@example.org', 'Kevin@Own.example'] };

const answer = (name: string, message: string, status = 403) =>
  classifySesError(
    Object.assign(new Error(message), { name, $metadata: { httpStatusCode: status } }),
    'written',
    parties,
  );

const arn = 'arn:aws:ses:eu-west-1:123456789012';
const user = 'arn:aws:sts::123456789012:assumed-role/credential-signature/i-0123456789';

describe('credentials that are none concern the account', () => {
  test.each([
    ['InvalidClientTokenId', 'The security token included in the request is invalid.'],
    ['UnrecognizedClientException', 'The security token included in the request is invalid.'],
    [
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided.',
    ],
    ['InvalidSignatureException', 'Signature expired: 20261128T120000Z is now earlier than 20261128T120500Z'],
    ['ExpiredToken', 'The security token included in the request is expired'],
    ['ExpiredTokenException', 'The security token included in the request is expired'],
    ['RequestTimeTooSkewed', 'The difference between the request time and the current time is too large.'],
    ['IncompleteSignature', "Authorization header requires 'Credential' parameter."],
    ['MissingAuthenticationToken', 'Request is missing Authentication Token'],
    ['OptInRequired', 'The AWS Access Key Id needs a subscription for the service'],
  ])('%s', (name, message) => {
    expect(answer(name, message)).toMatchObject({ kind: 'credentials_refused' });
    expect(answer(name, message, 400)).toMatchObject({ kind: 'credentials_refused' });
  });

  test.each([
    [`User: ${user} is not authorized to perform: ses:SendEmail`],
    [
      `User: ${user} is not authorized to perform: ses:SendEmail with an explicit deny in a service control policy`,
    ],
    [
      `User: ${user} is not authorized to perform: ses:SendEmail on resource: * because no identity-based policy allows the ses:SendEmail action`,
    ],
    ['Access denied'],
    [''],
  ])('and so do rights of which nothing is left: %s', (message) => {
    for (const name of ['AccessDeniedException', 'AccessDenied', 'NotAuthorized', 'SomethingNew']) {
      expect(answer(name, message)).toMatchObject({ kind: 'credentials_refused' });
    }
  });
});

describe('rights that do not reach as far as this concern what they do not reach', () => {
  test.each([
    [
      `User \`${user}' is not authorized to perform \`ses:SendEmail' on resource \`${arn}:identity/mail.example.com'`,
      'sender',
    ],
    [
      `User: ${user} is not authorized to perform: ses:SendEmail on resource: ${arn}:identity/shop@mail.example.com because no identity-based policy allows the ses:SendEmail action`,
      'sender',
    ],
    [
      `User: ${user} is not authorized to perform: ses:SendEmail on resource: ${arn}:identity/example.com with an explicit deny in a service control policy`,
      'sender',
    ],
    [
      `User: ${user} is not authorized to perform: ses:SendEmail on resource: arn:aws-us-gov:ses:us-gov-west-1:123456789012:identity/EXAMPLE.com.`,
      'sender',
    ],
    [
      `User "${user}" is not authorized to perform "ses:SendEmail" on resource "${arn}:identity/unheard.example"`,
      'sender',
    ],
    [
      `User \`${user}' is not authorized to perform \`ses:SendEmail' on resource \`${arn}:configuration-set/news'`,
      'configuration_set',
    ],
    [
      `User: ${user} is not authorized to perform: ses:SendEmail on resource: ${arn}:configuration-set/a.b because no permissions boundary allows the ses:SendEmail action`,
      'configuration_set',
    ],
    [
      `User \`${user}' is not authorized to perform \`ses:SendEmail' on resource \`${arn}:identity/kevin@own.example'`,
      'message',
    ],
    [
      `User \`${user}' is not authorized to perform \`ses:SendEmail' on resource \`${arn}:identity/own.example'`,
      'message',
    ],
    [
      `User \`${user}' is not authorized to perform \`ses:SendRawEmail' on resource \`${arn}:identity/mail.example.com'`,
      'message',
    ],
    [
      `User: ${user} is not authorized to perform: ses:SendEmail on resource: ${arn}:template/welcome`,
      'message',
    ],
  ] as const)('%s: %s', (message, about) => {
    for (const name of ['AccessDeniedException', 'AccessDenied', 'NotAuthorized', 'AuthorizationError']) {
      expect(answer(name, message)).toMatchObject({ kind: 'not_permitted', about });
    }
  });
});

test.each([
  ['NotFoundException', 'Configuration set <news> does not exist.', 404, 'rejected'],
  ['NotFoundException', 'The configuration set does not exist.', 404, 'rejected'],
  ['NotFoundException', 'Template welcome does not exist', 404, 'rejected'],
  ['SendingPausedException', 'Sending is paused for configuration set news', 400, 'sending_paused'],
  ['AccountSuspendedException', 'Sending suspended for this account.', 400, 'account_suspended'],
  [
    'MessageRejected',
    'Email address is not verified. The following identities failed the check',
    400,
    'rejected',
  ],
] as const)('%s "%s" (%i) is %s', (name, message, status, kind) => {
  expect(answer(name, message, status)).toMatchObject({ kind });
});

test('before anything was written no answer is about the sender', () => {
  const error = Object.assign(
    new Error(`not authorized to perform: sts:AssumeRole on resource: ${arn}:role/x`),
    {
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    },
  );
  expect(classifySesError(error, 'preparing', parties)).toMatchObject({ kind: 'credentials_refused' });
});
