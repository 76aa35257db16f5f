-- Statements for owners of locations as they were issued: numbered, never changed.

CREATE TABLE owner_statement (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    owner uuid REFERENCES location_owner ON DELETE SET NULL,
    number varchar(30) NOT NULL,
    period varchar(7) NOT NULL,
    currency varchar(3) NOT NULL,
    total numeric(14, 4) NOT NULL,
    document jsonb NOT NULL,
    issued_at timestamptz NOT NULL,
    UNIQUE (tenant, number),
    UNIQUE (owner, period, currency)
);
CREATE INDEX owner_statement_tenant_period ON owner_statement (tenant, period);
