/** A message that no request to SES can carry; the error's message says why, without addresses. */
export class RefusedMessage extends Error {
  override readonly name = 'RefusedMessage';
}
