import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import { describe, expect, test } from '@jest/globals';
import { HttpResponse } from '@smithy/core/protocols';
import { classifySesError } from '../errors/classify-ses-error.ts';
import { readAnswer } from './read-answer.ts';

type Given = readonly [status: number, body: string, headers: Readonly<Record<string, string>>];

const ours = ([statusCode, body, headers]: Given): unknown => {
  try {
    return readAnswer({ statusCode, headers: { ...headers }, body: Buffer.from(body) });
  } catch (error) {
    return error;
  }
};

/** What the SDK makes of the same answer. */
async function theirs([statusCode, body, headers]: Given): Promise<unknown> {
  const response = new HttpResponse({ statusCode, headers: { ...headers }, body: Buffer.from(body) });
  const sdk = new SESv2Client({
    region: 'eu-west-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: { handle: () => Promise.resolve({ response }) },
  });
  return sdk.send(new SendEmailCommand({ Content: {} })).catch((error: unknown) => error);
}

const parties = { from: 'news@shop.example', recipients: ['reader@r.example'] };
const meaningOf = (thrown: unknown) => ({
  ...classifySesError(thrown, 'written', parties),
  requestId: Reflect.get(Object(Reflect.get(Object(thrown), '$metadata')), 'requestId'),
});

const type = (name: string) => ({ 'x-amzn-errortype': name });
const denied = 'User is not authorized to perform: ses:SendEmail on resource: ';

describe('a refusal means what it means by the SDK', () => {
  test.each<Given>([
    [400, '{"message":"No"}', type('MessageRejected')],
    [400, '{"Message":"No"}', type('MessageRejected')],
    [400, '{"message":"No"}', type('MessageRejected:http://internal.amazon.com/coral/com.amazonaws.ses/')],
    [400, '{"message":"No"}', type('com.amazonaws.sesv2#SendingPausedException:http://a.example/')],
    [400, '{"__type":"com.amazonaws.sesv2#AccountSuspendedException","message":"No"}', {}],
    [400, '{"__type":"LimitExceededException:http://a.example/","message":"No"}', {}],
    [400, '{"code":"MailFromDomainNotVerifiedException,x","message":"No"}', {}],
    [400, '{"Code":"SendingPausedException","message":"No"}', {}],
    [400, '{"code":"NotFoundException","__type":"SendingPausedException","message":"No"}', {}],
    [400, '{"__type":"SendingPausedException","message":"No"}', type('BadRequestException')],
    [429, '{"message":"Too many"}', type('TooManyRequestsException')],
    [429, '{}', { ...type('ThrottlingException'), 'retry-after': '5' }],
    [400, '{"message":"Maximum sending rate exceeded."}', type('BadRequestException')],
    [400, '{"message":"Daily message quota exceeded."}', type('BadRequestException')],
    [
      403,
      `{"message":"${denied}arn:aws:ses:eu-west-1:1:identity/shop.example"}`,
      type('AccessDeniedException'),
    ],
    [
      403,
      `{"Message":"${denied}arn:aws:ses:eu-west-1:1:configuration-set/main"}`,
      type('AccessDeniedException'),
    ],
    [
      403,
      '{"message":"The security token included in the request is expired"}',
      type('ExpiredTokenException'),
    ],
    [403, '{"message":"Signature expired"}', type('InvalidSignatureException')],
    [403, '{"message":"No"}', type('SomethingNew')],
    [413, '{"message":"Request too long"}', {}],
    [404, '', {}],
    [400, '{}', {}],
    [400, 'null', {}],
    [400, '[]', {}],
    [400, '{"message":""}', type('MessageRejected')],
    [500, '{"message":"Sorry"}', type('InternalFailure')],
    [503, '{"Message":null}', { ...type('ServiceUnavailable'), 'retry-after': '5' }],
    [302, '{"message":"There"}', {}],
    [400, '{"message":"No"}', { ...type('MessageRejected'), 'x-amzn-requestid': 'r-1' }],
    [400, '{"message":"No"}', { ...type('MessageRejected'), 'x-amz-request-id': 'r-2' }],
    [400, '{"message":"No","name":"a","$metadata":1,"stack":2}', type('MessageRejected')],
  ])('%d %s %j', async (...given) => {
    expect(meaningOf(ours(given))).toEqual(meaningOf(await theirs(given)));
  });

  test.each<Given>([
    [400, '<html>no</html>', {}],
    [403, '<html>no</html>', {}],
    [429, '<html>no</html>', {}],
    [502, '<html>Bad gateway</html>', {}],
    [400, '{"message":"No', {}],
    [400, '"no"', {}],
  ])('%d %s %j, which is not the JSON of SES', async (...given) => {
    const { kind, error } = classifySesError(ours(given), 'written');
    const { kind: kindByThem } = classifySesError(await theirs(given), 'written');
    expect({ kind, error }).toEqual({
      kind: kindByThem,
      error: { code: 'Unknown', message: 'UnknownError', httpStatus: given[0] },
    });
  });
});

test('a name in the headers counts also where the body is not JSON', () => {
  expect(classifySesError(ours([400, '<html>', type('ThrottlingException')]), 'written').kind).toBe(
    'throttled',
  );
});

test('a request id is found in the body where no header has it', () => {
  expect(ours([400, '{"message":"No","RequestId":"r-3"}', {}])).toMatchObject({
    $metadata: { requestId: 'r-3' },
  });
});

test.each<[number, string, unknown]>([
  [200, '{"MessageId":"m"}', { MessageId: 'm' }],
  [202, '{"MessageId":"m', null],
  [204, '', null],
])('an answer %d %s is no refusal', (status, text, body) => {
  expect(ours([status, text, {}])).toEqual({ httpStatus: status, body });
});

test('a redirection is a refusal, whatever it holds', () => {
  expect(ours([307, '{"MessageId":"m"}', {}])).toMatchObject({ name: 'Unknown', message: 'UnknownError' });
});
