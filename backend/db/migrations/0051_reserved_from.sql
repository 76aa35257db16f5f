-- Since when the outlet was kept for the driver of a transaction: the reserved time is priced with it.
ALTER TABLE transaction ADD COLUMN reserved_from timestamptz;
