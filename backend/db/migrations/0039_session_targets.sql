-- Where a driver wants a session to stop by itself; null: nowhere.
ALTER TABLE transaction ADD COLUMN target jsonb;
CREATE INDEX transaction_with_target ON transaction (station) WHERE target IS NOT NULL AND state = 'active';
ALTER TABLE guest_visit ADD COLUMN target jsonb;
