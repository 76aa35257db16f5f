-- What was billed and what was taken, day by day, with every difference.

CREATE TABLE reconciliation (
    id bigserial PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    day date NOT NULL,
    currency varchar(3) NOT NULL,
    bills integer NOT NULL,
    billed numeric(14, 4) NOT NULL,
    captured numeric(14, 4) NOT NULL,
    differences jsonb NOT NULL,
    checked_at timestamptz NOT NULL,
    UNIQUE (tenant, day, currency)
);
