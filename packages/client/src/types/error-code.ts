/** What a server may refuse a request with; docs/errors.md of the server explains each. */
export type ServerErrorCode =
  | 'validation_failed'
  | 'unauthorized'
  | 'insufficient_scope'
  | 'not_found'
  | 'request_timeout'
  | 'idempotency_conflict'
  | 'idempotency_key_reuse'
  | 'state_conflict'
  | 'payload_too_large'
  | 'unsupported_media_type'
  | 'unprocessable'
  | 'template_invalid'
  | 'rate_limited'
  | 'internal_error'
  | 'unavailable';

/** What can go wrong before there is an answer, or with one that is not Postroom's. */
export type ClientErrorCode = 'network_error' | 'timeout' | 'aborted' | 'invalid_response';

/** Every code that is known today; a newer server may answer others, so a string of any kind fits. */
export type ErrorCode = ServerErrorCode | ClientErrorCode | (string & Record<never, never>);

/** Why one item of a batch was rejected while the others went on. */
export type ItemErrorCode =
  | 'validation_failed'
  | 'not_found'
  | 'template_not_active'
  | 'missing_variables'
  | 'profile_conflict'
  | 'recipient_missing'
  | 'sender_required'
  | 'sender_not_verified'
  | 'sender_not_allowed'
  | 'sender_mismatch'
  | 'idempotency_key_reuse'
  | 'rendering_failed';
