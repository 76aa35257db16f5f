-- Receipts, monthly invoices and credit notes as they were written, and who issues them.

CREATE TABLE issuer (
    tenant uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    name varchar(200) NOT NULL DEFAULT '',
    address varchar(500) NOT NULL DEFAULT '',
    tax_id varchar(40) NOT NULL DEFAULT '',
    register varchar(200) NOT NULL DEFAULT '',
    bank varchar(200) NOT NULL DEFAULT '',
    email varchar(254) NOT NULL DEFAULT '',
    phone varchar(40) NOT NULL DEFAULT '',
    footer varchar(300) NOT NULL DEFAULT '',
    mail_receipts boolean NOT NULL DEFAULT true,
    mail_invoices boolean NOT NULL DEFAULT true
);

-- The last number of each series. Its row stays locked until the paper is written or undone: no gaps.
CREATE TABLE paper_counter (
    id bigserial PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    kind varchar(12) NOT NULL,
    last integer NOT NULL,
    UNIQUE (tenant, kind)
);

CREATE TABLE paper (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    kind varchar(12) NOT NULL,
    number varchar(30) NOT NULL,
    account uuid REFERENCES account ON DELETE RESTRICT,
    transaction uuid REFERENCES transaction ON DELETE RESTRICT,
    cdr uuid REFERENCES cdr ON DELETE RESTRICT,
    period varchar(7) NOT NULL DEFAULT '',
    currency varchar(3) NOT NULL,
    total_excl numeric(14, 4) NOT NULL,
    total_incl numeric(14, 4) NOT NULL,
    sessions integer NOT NULL,
    energy_wh bigint NOT NULL,
    document jsonb NOT NULL,
    mail uuid REFERENCES mail ON DELETE SET NULL,
    issued_at timestamptz NOT NULL,
    UNIQUE (tenant, kind, number),
    CHECK (kind IN ('receipt', 'invoice', 'credit_note'))
);

CREATE UNIQUE INDEX paper_cdr ON paper (cdr);
CREATE UNIQUE INDEX paper_account_period_currency ON paper (account, period, currency) WHERE kind = 'invoice';
CREATE INDEX paper_tenant_issued_at_id ON paper (tenant, issued_at DESC, id DESC);
CREATE INDEX paper_account ON paper (account);
CREATE INDEX paper_transaction ON paper (transaction);
CREATE INDEX paper_mail ON paper (mail);
