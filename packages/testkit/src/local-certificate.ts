/** The name beside `localhost` that `serverCertificate` is of. */
export const certifiedName = 'links.acme.test';

/** TEST ONLY: a certificate for `localhost` and `certifiedName` that is its own authority. It protects nothing. */
export const serverCertificate = `-----BEGIN CERTIFICATE-----
MIIBuTCCAV6gAwIBAgIURDx6jyCnjJ2w8ebzx94EwEklxUMwCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSUG9zdHJvb20gdGVzdCBvbmx5MCAXDTI2MTEyOTA2MjcyNVoY
DzIxMjYxMTA1MDYyNzI1WjAdMRswGQYDVQQDDBJQb3N0cm9vbSB0ZXN0IG9ubHkw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARSv6FPI7SN0xjp++W8mBtGHAe+bFnn
afukwQ7KCp9DD9Ewq1e4m+OcjoFhTcV0Gh4OxAW+Vh8WOAjGc19o/7Bro3oweDAd
BgNVHQ4EFgQUqG3KkinSk3uzlqdv/A/mbOcMp9MwHwYDVR0jBBgwFoAUqG3KkinS
k3uzlqdv/A/mbOcMp9MwDwYDVR0TAQH/BAUwAwEB/zAlBgNVHREEHjAcgglsb2Nh
bGhvc3SCD2xpbmtzLmFjbWUudGVzdDAKBggqhkjOPQQDAgNJADBGAiEA5W3HoqLb
VL7DT1nFD7ulOmzKkagczvMJ3OiD1ITr3wsCIQD6byA+6cqeUkE8LGjG+lsiO554
J+UlEphLI0oK6g1S2g==
-----END CERTIFICATE-----
`;

/** TEST ONLY: the key of `serverCertificate`. */
export const serverKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgHpQXjhObGlDzYCJH
M7OJLTPD+Gs+St1jp/yE6WaCzOmhRANCAARSv6FPI7SN0xjp++W8mBtGHAe+bFnn
afukwQ7KCp9DD9Ewq1e4m+OcjoFhTcV0Gh4OxAW+Vh8WOAjGc19o/7Br
-----END PRIVATE KEY-----
`;
