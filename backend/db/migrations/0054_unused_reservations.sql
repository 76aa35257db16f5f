-- A reservation that costs something has a row from its beginning, by which it is paid for; and says what it costs.

ALTER TABLE transaction DROP CONSTRAINT transaction_state_check;
ALTER TABLE transaction ADD CONSTRAINT transaction_state_check
    CHECK (state IN ('requested', 'active', 'ended', 'failed', 'reserved'));
ALTER TABLE reservation ADD COLUMN unused_price numeric(14, 4) NOT NULL DEFAULT 0;
ALTER TABLE reservation ADD COLUMN currency varchar(3) NOT NULL DEFAULT '';
