-- A browser is a device too: its endpoint is the token, beside the two keys its messages are encrypted for.
ALTER TABLE push_device ADD COLUMN p256dh varchar(100) NOT NULL DEFAULT '';
ALTER TABLE push_device ADD COLUMN auth varchar(30) NOT NULL DEFAULT '';
-- The sign-in (chain of refresh tokens) that registered it: when that ends, the device hears no more.
ALTER TABLE push_device ADD COLUMN sign_in uuid;
