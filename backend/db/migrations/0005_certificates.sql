-- Certificates, and how a station proves who it is.

-- Security profiles
ALTER TABLE charging_station ADD COLUMN security_profile smallint NOT NULL DEFAULT 0;
