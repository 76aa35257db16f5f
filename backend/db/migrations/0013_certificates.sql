-- Certificates in stations, and those that were signed for them.

CREATE TABLE installed_certificate (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    kind varchar(40) NOT NULL,
    algorithm varchar(10) NOT NULL,
    issuer_name_hash varchar(128) NOT NULL,
    issuer_key_hash varchar(128) NOT NULL,
    serial varchar(40) NOT NULL,
    children jsonb NOT NULL DEFAULT '[]',
    subject varchar(200) NOT NULL DEFAULT '',
    expires_at timestamptz,
    seen_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (station, kind, issuer_name_hash, issuer_key_hash, serial)
);

CREATE TABLE issued_certificate (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    station uuid REFERENCES charging_station ON DELETE SET NULL,
    identity varchar(48) NOT NULL,
    kind varchar(30) NOT NULL,
    state varchar(10) NOT NULL,
    detail varchar(300) NOT NULL DEFAULT '',
    csr text NOT NULL,
    chain text NOT NULL DEFAULT '',
    subject varchar(200) NOT NULL DEFAULT '',
    serial varchar(40) NOT NULL DEFAULT '',
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz,
    revoked_at timestamptz
);

CREATE INDEX issued_certificate_tenant_created_at ON issued_certificate (tenant, created_at);
CREATE INDEX issued_certificate_station ON issued_certificate (station);
CREATE INDEX issued_certificate_serial ON issued_certificate (serial);
