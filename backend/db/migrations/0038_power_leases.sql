-- A limit holds for a time and for a number of phases; what was sent and not answered counts until it ends.
ALTER TABLE power_grant ADD COLUMN acked_until timestamptz;
ALTER TABLE power_grant ADD COLUMN acked_phases integer;
ALTER TABLE power_grant ADD COLUMN sent_until timestamptz;
ALTER TABLE power_grant ADD COLUMN sent_phases integer;
ALTER TABLE power_grant ADD COLUMN switched_at timestamptz;
-- For which session it was given: a limit of the one before says nothing of the next.
ALTER TABLE power_grant ADD COLUMN session uuid;
