-- Outlets that are held for somebody.

CREATE SEQUENCE reservation_number AS integer START 1 CYCLE;

CREATE TABLE reservation (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    number integer UNIQUE NOT NULL DEFAULT nextval('reservation_number'),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    connector uuid REFERENCES connector ON DELETE CASCADE,
    connector_type varchar(20) NOT NULL DEFAULT '',
    account uuid REFERENCES account ON DELETE SET NULL,
    id_token varchar(36) NOT NULL,
    parent varchar(36) NOT NULL DEFAULT '',
    state varchar(10) NOT NULL,
    detail varchar(300) NOT NULL DEFAULT '',
    expires_at timestamptz NOT NULL,
    transaction uuid REFERENCES transaction ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);

CREATE INDEX reservation_tenant_created_at ON reservation (tenant, created_at);
CREATE INDEX reservation_station ON reservation (station);
CREATE INDEX reservation_connector ON reservation (connector);
CREATE INDEX reservation_account ON reservation (account);
CREATE INDEX reservation_transaction ON reservation (transaction);
