/** An answer of SES in its restJson1 form; an error carries its name for the `x-amzn-errortype` header. */
export type SesAnswer = {
  readonly status: number;
  readonly errorCode: string | null;
  readonly body: Readonly<Record<string, unknown>>;
};

/** A 200 with that body. */
export function sesSuccess(body: Readonly<Record<string, unknown>>): SesAnswer {
  return { status: 200, errorCode: null, body };
}

/** An error as the AWS SDK reads it: the name from the header, the words from `message`. */
export function sesError(status: number, errorCode: string, message: string): SesAnswer {
  return { status, errorCode, body: { message } };
}

/** 400 with SES's name for a request that it does not understand or does not want. */
export function badRequest(message: string): SesAnswer {
  return sesError(400, 'BadRequestException', message);
}

/** What SES says when it certainly did not take a message, by the name of the fault that causes it. */
export const refusals = {
  throttle: sesError(429, 'TooManyRequestsException', 'Maximum sending rate exceeded.'),
  quotaSpent: sesError(400, 'LimitExceededException', 'Daily message quota exceeded.'),
  paused: sesError(
    400,
    'SendingPausedException',
    'Email sending for the configuration set or the account is paused.',
  ),
  suspended: sesError(400, 'AccountSuspendedException', 'Sending has been shut down for this account.'),
  reject: sesError(400, 'MessageRejected', 'Email address is not verified.'),
  mailFromNotVerified: sesError(
    400,
    'MailFromDomainNotVerifiedException',
    'The MAIL FROM domain is not verified.',
  ),
  badRequest: badRequest('Illegal address.'),
  notFound: sesError(404, 'NotFoundException', 'The configuration set does not exist.'),
} as const satisfies Record<string, SesAnswer>;

/** The ways in which AWS refuses a caller, all of them with status 403. */
export const credentialRefusals = {
  UnrecognizedClientException: 'The security token included in the request is invalid.',
  ExpiredTokenException: 'The security token included in the request is expired.',
  InvalidSignatureException:
    'Signature expired: the clock of the caller is more than 5 minutes away from the clock of the service.',
  MissingAuthenticationTokenException: 'Request is missing Authentication Token.',
} as const;

/** 403 with one of AWS's reasons. */
export function credentialsRefused(code: keyof typeof credentialRefusals): SesAnswer {
  return sesError(403, code, credentialRefusals[code]);
}
