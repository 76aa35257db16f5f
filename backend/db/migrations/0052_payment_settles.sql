-- The session's payment whose debt another payment settles: a credit later gives that money back too.
ALTER TABLE payment ADD COLUMN settles uuid REFERENCES payment ON DELETE RESTRICT;
UPDATE payment p SET settles = d.payment FROM debt d WHERE d.settling = p.id;
CREATE INDEX payment_settles ON payment (settles);
