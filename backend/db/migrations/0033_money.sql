-- Payments beyond one hold a session: saved cards, refunds, debts, a wallet in double entry, what providers report.

ALTER TABLE payment ALTER COLUMN transaction DROP NOT NULL;
ALTER TABLE payment ADD COLUMN purpose varchar(10) NOT NULL DEFAULT 'session';
ALTER TABLE payment ADD COLUMN payer varchar(254) NOT NULL DEFAULT '';
ALTER TABLE payment ADD COLUMN wallet_amount numeric(14, 4) NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN card_amount numeric(14, 4) NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN refunded_amount numeric(14, 4) NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN card_refunded numeric(14, 4) NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN tries integer NOT NULL DEFAULT 0;
ALTER TABLE payment ADD COLUMN next_try_at timestamptz;
ALTER TABLE payment ADD COLUMN dispute varchar(20) NOT NULL DEFAULT '';
ALTER TABLE payment ADD CONSTRAINT payment_refund_check CHECK (
    refunded_amount >= 0 AND refunded_amount <= coalesce(captured_amount, 0)
    AND card_refunded >= 0 AND card_refunded <= card_amount AND wallet_amount >= 0
);
CREATE INDEX payment_reference ON payment (reference);
UPDATE payment SET card_amount = coalesce(captured_amount, 0);

CREATE TABLE payment_settings (
    tenant uuid PRIMARY KEY REFERENCES tenant ON DELETE CASCADE,
    provider varchar(20) NOT NULL DEFAULT 'demo',
    secret_key text NOT NULL DEFAULT '',
    publishable_key varchar(200) NOT NULL DEFAULT '',
    webhook_secret text NOT NULL DEFAULT '',
    on_outage varchar(10) NOT NULL DEFAULT 'refuse',
    on_debt varchar(10) NOT NULL DEFAULT 'refuse',
    debt_limit numeric(14, 4) NOT NULL DEFAULT 0,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (on_outage IN ('refuse', 'allow') AND on_debt IN ('refuse', 'allow') AND debt_limit >= 0)
);

CREATE TABLE payment_customer (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    provider varchar(20) NOT NULL,
    reference varchar(200) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account, provider)
);
CREATE INDEX payment_customer_tenant ON payment_customer (tenant);

CREATE TABLE payment_method (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    provider varchar(20) NOT NULL,
    reference varchar(200) NOT NULL,
    label varchar(60) NOT NULL,
    expires varchar(7) NOT NULL DEFAULT '',
    preferred boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account, provider, reference)
);
CREATE INDEX payment_method_tenant ON payment_method (tenant);

CREATE TABLE refund (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    payment uuid NOT NULL REFERENCES payment ON DELETE RESTRICT,
    amount numeric(14, 4) NOT NULL CHECK (amount > 0),
    currency varchar(3) NOT NULL,
    target varchar(10) NOT NULL CHECK (target IN ('card', 'wallet')),
    reason varchar(300) NOT NULL DEFAULT '',
    state varchar(10) NOT NULL CHECK (state IN ('pending', 'done', 'failed')),
    reference varchar(200) NOT NULL DEFAULT '',
    failure text NOT NULL DEFAULT '',
    made_by uuid REFERENCES account ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX refund_tenant_created_at ON refund (tenant, created_at);
CREATE INDEX refund_payment ON refund (payment);
CREATE INDEX refund_made_by ON refund (made_by);

CREATE TABLE debt (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    account uuid REFERENCES account ON DELETE RESTRICT,
    payment uuid NOT NULL REFERENCES payment ON DELETE RESTRICT,
    settling uuid REFERENCES payment ON DELETE RESTRICT,
    amount numeric(14, 4) NOT NULL CHECK (amount > 0),
    currency varchar(3) NOT NULL,
    state varchar(12) NOT NULL CHECK (state IN ('open', 'settled', 'written_off')),
    reason text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    closed_at timestamptz,
    UNIQUE (payment)
);
CREATE INDEX debt_tenant_created_at ON debt (tenant, created_at);
CREATE INDEX debt_account ON debt (account);
CREATE INDEX debt_settling ON debt (settling);

CREATE TABLE provider_event (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    provider varchar(20) NOT NULL,
    event varchar(200) NOT NULL,
    kind varchar(80) NOT NULL,
    payload jsonb NOT NULL,
    happened_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    handled_at timestamptz,
    UNIQUE (tenant, provider, event)
);

-- The ledger. An amount above zero is owed to whom the account is of; each transfer adds up to zero.
CREATE TABLE ledger_account (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    owner uuid REFERENCES account ON DELETE RESTRICT,
    kind varchar(12) NOT NULL CHECK (kind IN ('wallet', 'reserved', 'provider', 'revenue', 'promotion')),
    currency varchar(3) NOT NULL,
    balance numeric(14, 4) NOT NULL DEFAULT 0,
    CHECK ((owner IS NOT NULL) = (kind IN ('wallet', 'reserved'))),
    CONSTRAINT ledger_account_never_below_zero CHECK (kind NOT IN ('wallet', 'reserved') OR balance >= 0)
);
CREATE UNIQUE INDEX ledger_account_name ON ledger_account (tenant, owner, kind, currency) NULLS NOT DISTINCT;
CREATE INDEX ledger_account_owner ON ledger_account (owner);

CREATE TABLE ledger_transfer (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    key varchar(120) NOT NULL,
    kind varchar(20) NOT NULL,
    payment uuid REFERENCES payment ON DELETE RESTRICT,
    note varchar(300) NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, key)
);
CREATE INDEX ledger_transfer_payment ON ledger_transfer (payment);

CREATE TABLE ledger_entry (
    id bigserial PRIMARY KEY,
    transfer uuid NOT NULL REFERENCES ledger_transfer ON DELETE RESTRICT,
    account uuid NOT NULL REFERENCES ledger_account ON DELETE RESTRICT,
    amount numeric(14, 4) NOT NULL CHECK (amount <> 0),
    currency varchar(3) NOT NULL
);
CREATE INDEX ledger_entry_transfer ON ledger_entry (transfer);
CREATE INDEX ledger_entry_account ON ledger_entry (account, id);

CREATE FUNCTION ledger_post() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ledger_account SET balance = balance + NEW.amount WHERE id = NEW.account AND currency = NEW.currency;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'a ledger account holds one currency';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_entry_post AFTER INSERT ON ledger_entry FOR EACH ROW EXECUTE FUNCTION ledger_post();

CREATE FUNCTION ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM ledger_entry WHERE transfer = NEW.transfer GROUP BY currency HAVING sum(amount) <> 0) THEN
        RAISE EXCEPTION 'the entries of a transfer must add up to zero' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_balanced();

CREATE FUNCTION ledger_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what is in the ledger stays as it is' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER ledger_entry_kept BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION ledger_kept();
