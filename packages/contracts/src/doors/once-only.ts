/** SES developer guide, "Amazon SES header fields": the fields that a message may have once. In lower case. */
export const onceOnly: ReadonlySet<string> = new Set(
  (
    'accept-language acceptlanguage archived-at auto-submitted bcc bounces-to cc comments content-alternative ' +
    'content-base content-class content-description content-disposition content-duration content-id content-language ' +
    'content-length content-location content-md5 content-transfer-encoding content-type date ' +
    'disposition-notification-options disposition-notification-to domainkey-signature from importance in-reply-to ' +
    'keywords list-archive list-help list-id list-owner list-post list-subscribe list-unsubscribe ' +
    'list-unsubscribe-post message-context message-id mime-version organization original-from original-message-id ' +
    'original-recipient original-subject precedence priority references reply-to return-receipt-to sender ' +
    'solicitation sensitivity subject thread-index thread-topic to user-agent vbr-info'
  ).split(' '),
);
