-- Corrections of bills: credits and supplements beside an original that never changes. Amounts are signed.
CREATE TABLE correction (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    cdr uuid NOT NULL REFERENCES cdr ON DELETE RESTRICT,
    transaction uuid NOT NULL REFERENCES transaction ON DELETE RESTRICT,
    paper uuid NOT NULL REFERENCES paper ON DELETE RESTRICT,
    kind varchar(12) NOT NULL,
    number varchar(30) NOT NULL,
    currency varchar(3) NOT NULL,
    lines jsonb NOT NULL,
    total_excl numeric(14, 4) NOT NULL,
    total_incl numeric(14, 4) NOT NULL,
    reason varchar(300) NOT NULL,
    refunded numeric(14, 4) NOT NULL DEFAULT 0,
    made_by uuid REFERENCES account (id) ON DELETE SET NULL,
    issued_at timestamptz NOT NULL,
    CONSTRAINT correction_sign CHECK ((kind = 'credit_note') = (total_incl < 0))
);
CREATE UNIQUE INDEX correction_tenant_number ON correction (tenant, number);
CREATE INDEX correction_cdr ON correction (cdr);
CREATE INDEX correction_transaction ON correction (transaction);
CREATE INDEX correction_paper ON correction (paper);
CREATE INDEX correction_made_by ON correction (made_by);
CREATE INDEX correction_tenant_issued_at_id ON correction (tenant, issued_at, id);

-- Sessions whose meter said what can't be true: what it said, what was billed, and what an operator decided.
CREATE TABLE meter_doubt (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    transaction uuid NOT NULL UNIQUE REFERENCES transaction ON DELETE RESTRICT,
    flags jsonb NOT NULL,
    trusted_wh bigint NOT NULL,
    reported_wh bigint,
    currency varchar(3) NOT NULL,
    trusted_total numeric(14, 4) NOT NULL,
    reported_total numeric(14, 4),
    decision varchar(10) NOT NULL DEFAULT '',
    note varchar(300) NOT NULL DEFAULT '',
    correction uuid REFERENCES correction ON DELETE RESTRICT,
    decided_by uuid REFERENCES account (id) ON DELETE SET NULL,
    decided_at timestamptz,
    created_at timestamptz NOT NULL
);
CREATE INDEX meter_doubt_tenant_created_at_id ON meter_doubt (tenant, created_at DESC, id DESC);
CREATE INDEX meter_doubt_correction ON meter_doubt (correction);
CREATE INDEX meter_doubt_decided_by ON meter_doubt (decided_by);
CREATE INDEX transaction_needs_decision ON transaction (tenant, created_at) WHERE flags ? 'needs_decision';

-- What a correction took off before the money was taken.
ALTER TABLE payment ADD COLUMN credited numeric(14, 4) NOT NULL DEFAULT 0;
ALTER TABLE issuer ADD COLUMN party_id varchar(3) NOT NULL DEFAULT '';
ALTER TABLE paper DROP CONSTRAINT paper_kind_check;
ALTER TABLE paper ADD CONSTRAINT paper_kind_check CHECK (kind IN ('receipt', 'invoice', 'credit_note', 'supplement'));
