-- New passwords and higher profiles count from the sign-in that uses them: until then the old ones do too.
ALTER TABLE charging_station ADD COLUMN pending_passwords jsonb NOT NULL DEFAULT '[]';
ALTER TABLE charging_station ADD COLUMN pending_profile smallint;

-- Network connection profiles of 2.0.1 stations (B09): what each slot holds, as the station accepted it.
CREATE TABLE network_profile (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    slot integer NOT NULL,
    url text NOT NULL,
    security_profile smallint NOT NULL,
    interface varchar(20) NOT NULL,
    message_timeout_s integer NOT NULL,
    active boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (station, slot)
);
