-- The device model of 2.0.1 stations, and the reports that tell of it.

ALTER TABLE station_variable
    ALTER COLUMN component TYPE varchar(101),
    ADD COLUMN connector integer NOT NULL DEFAULT 0,
    ADD COLUMN attributes jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN characteristics jsonb,
    DROP CONSTRAINT station_variable_station_component_evse_name_key,
    ADD UNIQUE (station, component, evse, connector, name);

CREATE SEQUENCE report_request AS integer CYCLE;

CREATE TABLE station_report (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    account uuid REFERENCES account ON DELETE SET NULL,
    request_id integer NOT NULL,
    kind varchar(12) NOT NULL,
    asked jsonb NOT NULL,
    status varchar(40) NOT NULL DEFAULT '',
    detail varchar(500) NOT NULL DEFAULT '',
    parts integer[] NOT NULL DEFAULT '{}',
    last_part integer,
    items integer NOT NULL DEFAULT 0,
    texts jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    heard_at timestamptz,
    CHECK (kind IN ('base', 'custom', 'monitoring', 'customer'))
);

CREATE INDEX station_report_station ON station_report (station, created_at);
CREATE INDEX station_report_account ON station_report (account);
