-- Whom a location belongs to, and what of its earnings is theirs.

CREATE TABLE location_owner (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name varchar(100) NOT NULL,
    address varchar(300) NOT NULL DEFAULT '',
    email varchar(254) NOT NULL DEFAULT '',
    tax_id varchar(40) NOT NULL DEFAULT '',
    bank varchar(100) NOT NULL DEFAULT '',
    share numeric(5, 2) NOT NULL DEFAULT 100 CHECK (share BETWEEN 0 AND 100),
    session_fee numeric(14, 4) NOT NULL DEFAULT 0 CHECK (session_fee >= 0),
    vat numeric(5, 2) NOT NULL DEFAULT 0 CHECK (vat BETWEEN 0 AND 100),
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX location_owner_name ON location_owner (tenant, lower(name));

ALTER TABLE location ADD COLUMN owner uuid REFERENCES location_owner ON DELETE SET NULL;
CREATE INDEX location_owner_of ON location (owner);
