-- What a tenant writes to people whose payment failed; empty: the usual words.

ALTER TABLE payment_settings ADD COLUMN letter_subject varchar(150) NOT NULL DEFAULT '';
ALTER TABLE payment_settings ADD COLUMN letter_retry varchar(3000) NOT NULL DEFAULT '';
ALTER TABLE payment_settings ADD COLUMN letter_last varchar(3000) NOT NULL DEFAULT '';
