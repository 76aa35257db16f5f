-- How a station proves who it is: 0 nothing, 1 a password, 2 TLS and a password, 3 a certificate.
ALTER TABLE charging_station ADD COLUMN security_profile smallint NOT NULL DEFAULT 0;
