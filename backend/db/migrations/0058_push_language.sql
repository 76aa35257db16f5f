-- In which language a device is told things: that of the page or app that registered it; empty: English.
ALTER TABLE push_device ADD COLUMN language varchar(2) NOT NULL DEFAULT '';
