-- Stations that won't take the master pass: which one they refused, and with what firmware.

CREATE TABLE master_pass_refusal (
    station uuid PRIMARY KEY REFERENCES charging_station ON DELETE CASCADE,
    name text NOT NULL,
    firmware varchar(200) NOT NULL,
    status varchar(60) NOT NULL,
    at timestamptz NOT NULL
);
