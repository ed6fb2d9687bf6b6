import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { SqsAnswer } from './sqs-api.ts';

/** Answers as SQS does: AWS JSON 1.0, and an error's older name in `x-amzn-query-error`. */
export function giveSqsAnswer(response: ServerResponse, { status, queryError, body }: SqsAnswer): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'content-length': Buffer.byteLength(text),
    'x-amzn-requestid': randomUUID(),
    ...(queryError === null ? {} : { 'x-amzn-query-error': queryError }),
  });
  response.end(text);
}
