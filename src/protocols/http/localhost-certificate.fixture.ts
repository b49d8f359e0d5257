/**
 * A self-signed certificate and key for `localhost` and 127.0.0.1, valid until 2126, created for these tests with
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj /CN=localhost
 * -addext subjectAltName=DNS:localhost,IP:127.0.0.1`. It protects nothing.
 */
export const cert = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUBgEE/Hw+IVOtg37d1r+yk4P+Q9owCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzE3MzkzMFoYDzIxMjYxMDMw
MTczOTMwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAARokiYdFlyvCCIJs1BG9vKmrFltOPsNTbbeFBd8uQwvcLdMy9xujeBO
xgq36HuYWyKTe2AH+7rIUhAXXqki/0cOo28wbTAdBgNVHQ4EFgQUDKPv8XAgBeMh
5If8l57x/tTyX/MwHwYDVR0jBBgwFoAUDKPv8XAgBeMh5If8l57x/tTyX/MwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhAPmqSrOivGV8PAhAv+vzXGX3w53iYnYkkDOJWz2VQpDdAiAg
cU0M4y0Pabu2a0N3SH6oG0PkWkiFBL3anQSHDuzGTQ==
-----END CERTIFICATE-----
`

export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgVrHGZr40FWtTX9z0
ElJbfIhEzzzqmKGMfMucPHS9eEOhRANCAARokiYdFlyvCCIJs1BG9vKmrFltOPsN
TbbeFBd8uQwvcLdMy9xujeBOxgq36HuYWyKTe2AH+7rIUhAXXqki/0cO
-----END PRIVATE KEY-----
`
