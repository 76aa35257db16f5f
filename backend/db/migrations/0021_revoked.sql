-- Open sockets with a revoked certificate are looked for every few seconds.
CREATE INDEX issued_certificate_revoked_at ON issued_certificate (revoked_at) WHERE state = 'revoked';
