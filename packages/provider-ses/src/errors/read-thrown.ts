import type { ProviderError } from '@postroom/core';
import { maskPrivate } from './mask.ts';

/** What a thrown value says, as far as it can be read; `httpStatus` only when an answer came. */
export type ReadError = ProviderError & {
  /** The class of the error or, from SES, the name of its exception. */
  readonly name: string;
  /** The words before masking: to be compared, never kept. */
  readonly rawMessage: string;
};

const unreadable: ReadError = {
  name: 'Unknown',
  code: 'Unknown',
  message: 'Unknown error.',
  rawMessage: '',
  httpStatus: null,
};

/** Reads any thrown value and never throws itself, whatever its getters do. */
export function readThrown(thrown: unknown): ReadError {
  try {
    return read(thrown);
  } catch {
    return unreadable;
  }
}

function read(thrown: unknown): ReadError {
  if (typeof thrown === 'string')
    return { ...unreadable, message: say(thrown, 'Unknown'), rawMessage: thrown };
  if (typeof thrown !== 'object' || thrown === null) return unreadable;
  const name = identifier(property(thrown, 'name')) ?? 'Unknown';
  const rawMessage = text(property(thrown, 'message')) ?? '';
  const httpStatus = statusOf(thrown);
  const code = httpStatus === null ? (identifier(property(thrown, 'code')) ?? name) : name;
  return { name, code, message: say(rawMessage, code), rawMessage, httpStatus };
}

function say(rawMessage: string, code: string): string {
  const masked = maskPrivate(rawMessage);
  return masked === '' ? `${code}.` : masked;
}

function statusOf(thrown: object): number | null {
  const metadata = property(thrown, '$metadata');
  const response = property(thrown, '$response');
  const status = property(metadata, 'httpStatusCode') ?? property(response, 'statusCode');
  return typeof status === 'number' && Number.isInteger(status) ? status : null;
}

function property(holder: unknown, key: string): unknown {
  return typeof holder === 'object' && holder !== null ? Reflect.get(holder, key) : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function identifier(value: unknown): string | undefined {
  return typeof value === 'string' && /^[A-Za-z][\w.-]{0,99}$/.test(value) ? maskPrivate(value) : undefined;
}
