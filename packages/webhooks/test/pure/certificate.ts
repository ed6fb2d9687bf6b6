/** A certificate for `localhost` that is its own authority, and its key: known to all, for tests only. */
export const serverCertificate = `-----BEGIN CERTIFICATE-----
MIIBtDCCAVqgAwIBAgIURZMyu10CaJyeHXHLQztbkcKl4r4wCgYIKoZIzj0EAwIw
HTEbMBkGA1UEAwwSUG9zdHJvb20gdGVzdCBvbmx5MCAXDTI2MTEyODE1MTUxMloY
DzIxMjYxMTA0MTUxNTEyWjAdMRswGQYDVQQDDBJQb3N0cm9vbSB0ZXN0IG9ubHkw
WTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASPvWl3kixHk1mDyodrFUtGRLoTp7mf
h0c3HbTNxRWSkjeDU6DVtPvCCP7pmmsJPc58NA07aZ5/MsY6wdHxI23Io3YwdDAd
BgNVHQ4EFgQUDlt0KsK2g+dQgdjkUBAZICMKvecwHwYDVR0jBBgwFoAUDlt0KsK2
g+dQgdjkUBAZICMKvecwDwYDVR0TAQH/BAUwAwEB/zAhBgNVHREEGjAYgglsb2Nh
bGhvc3SCC2RiLmludGVybmFsMAoGCCqGSM49BAMCA0gAMEUCIQCnVl1tNlAPSWMA
h1A7vLTCM6kGi01+e4VisLvMYADdtgIgffMT9Z04nOgtR9gC0rsJk3/nDe6oTACW
HmFGuksHOk8=
-----END CERTIFICATE-----
`;

/** The key of `serverCertificate`. */
export const serverKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgNyN+v/d/xdL56qgq
ZBWZJzcvcpc0Y4z7aSl3FE/szU6hRANCAASPvWl3kixHk1mDyodrFUtGRLoTp7mf
h0c3HbTNxRWSkjeDU6DVtPvCCP7pmmsJPc58NA07aZ5/MsY6wdHxI23I
-----END PRIVATE KEY-----
`;
