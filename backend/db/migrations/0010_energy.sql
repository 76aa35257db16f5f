-- Charging profiles as stations hold them, limits that others set, and what cars ask for.

CREATE SEQUENCE charging_profile_number AS integer START 1 CYCLE;
CREATE SEQUENCE charging_profile_request AS integer START 1 CYCLE;

CREATE TABLE charging_profile (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    evse integer NOT NULL,
    number integer NOT NULL,
    source varchar(10) NOT NULL DEFAULT 'CSO',
    purpose varchar(40) NOT NULL,
    stack_level integer NOT NULL,
    transaction uuid REFERENCES transaction ON DELETE CASCADE,
    profile jsonb NOT NULL,
    request_id integer,
    set_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (station, source, number)
);

CREATE INDEX charging_profile_transaction ON charging_profile (transaction);

CREATE TABLE charging_profile_read (
    request_id integer PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    everything boolean NOT NULL,
    asked_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX charging_profile_read_station ON charging_profile_read (station);

CREATE TABLE external_limit (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    evse integer NOT NULL,
    source varchar(10) NOT NULL,
    grid_critical boolean NOT NULL DEFAULT false,
    schedules jsonb NOT NULL DEFAULT '[]',
    set_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (station, evse, source)
);

CREATE TABLE charging_needs (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    evse integer NOT NULL,
    energy_wh integer,
    max_current_a integer,
    max_power_w integer,
    most_periods integer,
    departs_at timestamptz,
    asked_at timestamptz NOT NULL DEFAULT now(),
    plan jsonb,
    plan_within boolean,
    UNIQUE (station, evse)
);
