-- Bills for which no card was ever asked: they are paid by invoice, and no difference.

ALTER TABLE reconciliation ADD COLUMN on_account numeric(14, 4) NOT NULL DEFAULT 0;
