-- A tariff that is changed becomes a new row; the old one stays for the sessions that began with it.

ALTER TABLE tariff ADD COLUMN version integer NOT NULL DEFAULT 1;
ALTER TABLE tariff ADD COLUMN follows uuid REFERENCES tariff ON DELETE RESTRICT;
CREATE INDEX tariff_follows ON tariff (follows);
