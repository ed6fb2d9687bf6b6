/** AWS common errors about what the caller may not do, whichever 4xx status they come with. */
export const permissionExceptions: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'AuthorizationErrorException',
  'NotAuthorized',
  'NotAuthorizedException',
  'UnauthorizedOperation',
]);

/** AWS common errors about who calls and when, whichever 4xx status they come with. */
export const credentialExceptions: ReadonlySet<string> = new Set([
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'IncompleteSignature',
  'IncompleteSignatureException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'InvalidToken',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'OptInRequired',
  'RequestExpired',
  'RequestInTheFuture',
  'RequestTimeTooSkewed',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
]);

/** Raised by the local credential chain: AWS was not called. */
export const credentialChainErrors: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ProviderError',
  'TokenProviderError',
]);

/** Raised by the SDK, which was told of no endpoint that it could ask: AWS was not called. By their codes. */
export const endpointErrors: ReadonlySet<string> = new Set(['EndpointError', 'ERR_INVALID_URL']);
