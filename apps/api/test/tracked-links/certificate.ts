/** The one name that the certificate is of. */
export const certifiedName = 'links.acme.test';

/** A certificate that is its own authority, and its key: known to all, for tests only. */
export const cert = `-----BEGIN CERTIFICATE-----
MIIBrTCCAVOgAwIBAgIUIYSDbfLP3VbfhGCyvhHYKXhYb5gwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSUG9zdHJvb20gdGVzdCBvbmx5MCAXDTI2MTEyOTAwNTUxMFoY
DzIxMjYxMTA1MDA1NTEwWjAdMRswGQYDVQQDDBJQb3N0cm9vbSB0ZXN0IG9ubHkw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAATFAszTGO0ro6c0IS3G5FdwhFrpXVua
sFSaaztq9euYHxOpssV91CwegPS57f4oeayU1bdHJoJkhDVrmjzb9/mbo28wbTAd
BgNVHQ4EFgQUWpeVjiJBp8JOYYK740oNPJHmnBIwHwYDVR0jBBgwFoAUWpeVjiJB
p8JOYYK740oNPJHmnBIwDwYDVR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgg9saW5r
cy5hY21lLnRlc3QwCgYIKoZIzj0EAwIDSAAwRQIhAKSVRhPsql3n9MKBugngcenF
sdcuIJEWd+wWB+J1idFuAiB1ztCsZRT7+K67T22lcloRLh3L2+ja3e557onO1Lza
Pw==
-----END CERTIFICATE-----
`;

/** The key of `cert`. */
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg9TXVmIkjqyVKoOWf
N6GjzevTgzts3MraWmGA4waIKO2hRANCAATFAszTGO0ro6c0IS3G5FdwhFrpXVua
sFSaaztq9euYHxOpssV91CwegPS57f4oeayU1bdHJoJkhDVrmjzb9/mb
-----END PRIVATE KEY-----
`;
