-- What is reserved before a session, and when a refused capture is tried again: for each tenant.

ALTER TABLE payment_settings ADD COLUMN hold_amount numeric(14, 4) CHECK (hold_amount > 0);
ALTER TABLE payment_settings ADD COLUMN retry_hours varchar(80) NOT NULL DEFAULT '1,24,72';
