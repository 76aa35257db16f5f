-- With whose card a payment was asked for (asked again it must be the same), and the provider's own list, day by day.

ALTER TABLE payment ADD COLUMN asked varchar(600) NOT NULL DEFAULT '';

CREATE TABLE provider_movement (
    id bigserial PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    provider varchar(20) NOT NULL,
    reference varchar(200) NOT NULL,
    kind varchar(20) NOT NULL,
    amount numeric(14, 4) NOT NULL,
    fee numeric(14, 4) NOT NULL,
    currency varchar(3) NOT NULL,
    payment varchar(200) NOT NULL DEFAULT '',
    about varchar(300) NOT NULL DEFAULT '',
    at timestamptz NOT NULL,
    UNIQUE (tenant, provider, reference)
);
CREATE INDEX provider_movement_at ON provider_movement (tenant, at);
CREATE INDEX provider_movement_payment ON provider_movement (tenant, payment);

CREATE TABLE provider_day (
    id bigserial PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    provider varchar(20) NOT NULL,
    day date NOT NULL,
    currency varchar(3) NOT NULL,
    charges numeric(14, 4) NOT NULL,
    refunds numeric(14, 4) NOT NULL,
    disputes numeric(14, 4) NOT NULL,
    fees numeric(14, 4) NOT NULL,
    payouts numeric(14, 4) NOT NULL,
    booked numeric(14, 4) NOT NULL,
    differences jsonb NOT NULL,
    problem varchar(300) NOT NULL DEFAULT '',
    checked_at timestamptz NOT NULL,
    UNIQUE (tenant, provider, day, currency)
);
