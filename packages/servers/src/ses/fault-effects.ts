import type { ServerResponse } from 'node:http';
import { credentialsRefused, refusals, type SesAnswer, sesError } from './answers.ts';
import type { Fault } from './fault-plan.ts';

/** Answers as SES does: JSON, and an error's name in `x-amzn-errortype`. */
export function giveAnswer(response: ServerResponse, { status, errorCode, body }: SesAnswer): void {
  if (response.destroyed) return;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...(errorCode === null ? {} : { 'x-amzn-errortype': errorCode }),
  });
  response.end(text);
}

/** Lets a fault strike that keeps SES from accepting; false when it is one of those that strike later. */
export function strikeBeforeAccepting(response: ServerResponse, fault: Fault): boolean {
  switch (fault.kind) {
    case 'throttle':
    case 'quotaSpent':
    case 'paused':
    case 'suspended':
    case 'reject':
    case 'mailFromNotVerified':
    case 'badRequest':
    case 'notFound':
      giveAnswer(response, refusals[fault.kind]);
      return true;
    case 'credentials':
      giveAnswer(response, credentialsRefused(fault.code));
      return true;
    case 'errorBeforeAccepting':
      giveError(response, fault);
      return true;
    case 'hangBeforeReading':
    case 'hangBeforeAccepting':
      return true;
    case 'resetBeforeAccepting':
      response.socket?.resetAndDestroy();
      return true;
    case 'hangAfterAccepting':
    case 'resetAfterAccepting':
    case 'errorAfterAccepting':
    case 'emptyBody':
    case 'slowLoris':
    case 'latency':
      return false;
    default: {
      const unknown: never = fault;
      throw new Error(`No such fault: ${JSON.stringify(unknown)}`);
    }
  }
}

/** Lets a fault strike after SES has accepted: the caller does not get `answer` as it should. */
export function strikeAfterAccepting(response: ServerResponse, fault: Fault, answer: SesAnswer): void {
  if (fault.kind === 'resetAfterAccepting') response.socket?.resetAndDestroy();
  else if (fault.kind === 'errorAfterAccepting') giveError(response, fault);
  else if (fault.kind === 'emptyBody') response.writeHead(200, { 'content-length': 0 }).end();
  else if (fault.kind === 'slowLoris') dripAnswer(response, answer, fault.byteEveryMs);
}

function giveError(
  response: ServerResponse,
  fault: Extract<Fault, { kind: 'errorBeforeAccepting' | 'errorAfterAccepting' }>,
): void {
  if (fault.body === 'json') {
    giveAnswer(response, sesError(fault.status, fault.code, fault.message));
    return;
  }
  const page = fault.body === 'html' ? `<html><body><h1>${fault.status}</h1></body></html>` : '';
  response.writeHead(fault.status, { 'content-type': 'text/html', 'content-length': page.length });
  response.end(page);
}

function dripAnswer(response: ServerResponse, { status, body }: SesAnswer, byteEveryMs: number): void {
  const bytes = Buffer.from(JSON.stringify(body));
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': bytes.length });
  response.flushHeaders();
  let sent = 0;
  const timer = setInterval(() => {
    response.write(bytes.subarray(sent, sent + 1));
    sent += 1;
    if (sent < bytes.length) return;
    clearInterval(timer);
    response.end();
  }, byteEveryMs);
  response.once('close', () => clearInterval(timer));
}
