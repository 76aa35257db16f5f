-- Who pays for a visit whose card is entered on the provider's own page; taken away when the session is asked for.

ALTER TABLE guest_visit ADD COLUMN payer varchar(254) NOT NULL DEFAULT '';
