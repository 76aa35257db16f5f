-- Visits of people without an account. The id is that of the transaction which the visit begins.

CREATE TABLE guest_visit (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    connector uuid NOT NULL REFERENCES connector ON DELETE CASCADE,
    email varchar(254) NOT NULL DEFAULT '',
    language varchar(2) NOT NULL DEFAULT 'en',
    failure_code varchar(60) NOT NULL DEFAULT '',
    failure text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX guest_visit_tenant ON guest_visit (tenant);
CREATE INDEX guest_visit_connector ON guest_visit (connector);
CREATE INDEX guest_visit_created_at ON guest_visit (created_at);
