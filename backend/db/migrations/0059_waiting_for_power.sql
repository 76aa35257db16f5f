-- A car that is made to wait for power pays no idle fee: who holds it back, and when the station was told to give nothing.
ALTER TABLE connector ADD COLUMN withheld boolean NOT NULL DEFAULT false;
ALTER TABLE transaction ADD COLUMN holds jsonb NOT NULL DEFAULT '[]'
