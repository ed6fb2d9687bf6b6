import type { WireAnswer } from './ses-http-handler.ts';

/** An answer that is no refusal: its body parsed, or null where it is not JSON. */
export type ReadAnswer = { readonly httpStatus: number; readonly body: unknown };

/** SES answered, and not with what was asked for: named, worded and described as the SDK's exceptions are. */
class SesRefusal extends Error {
  override readonly name: string;
  readonly $metadata: { readonly httpStatusCode: number; readonly requestId: string | undefined };

  constructor(name: string, message: string, $metadata: SesRefusal['$metadata']) {
    super(message);
    this.name = name;
    this.$metadata = $metadata;
  }
}

/**
 * Reads an answer with a status below 300, and throws a `SesRefusal` for all others, by what AWS's REST JSON protocol says:
 * the name in a header or in the body, the words in the body.
 */
export function readAnswer(answer: WireAnswer): ReadAnswer {
  const { statusCode: httpStatus, headers } = answer;
  const body = parse(answer.body);
  if (httpStatus < 300) return { httpStatus, body };
  const name = textIn(headers, 'x-amzn-errortype') ?? textIn(body, 'code', 'Code', '__type');
  const message = textIn(body, 'message', 'Message');
  const requestId =
    textIn(headers, 'x-amzn-requestid', 'x-amzn-request-id', 'x-amz-request-id') ??
    textIn(body, 'requestId', 'RequestId');
  throw new SesRefusal(bareName(name), message ?? 'UnknownError', { httpStatusCode: httpStatus, requestId });
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return null;
  }
}

/** The first text that an object has under one of these keys. */
function textIn(holder: unknown, ...keys: readonly string[]): string | undefined {
  if (typeof holder !== 'object' || holder === null) return undefined;
  const values = keys.map((key): unknown => Reflect.get(holder, key));
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}

/** An exception's own name: AWS may put its namespace before it, and where it is described behind it. */
function bareName(named = ''): string {
  const [full = ''] = named.split(/[,:]/, 1);
  return full.slice(full.indexOf('#') + 1).trim() || 'Unknown';
}
