-- What stations watch of themselves, and the events they tell.

CREATE TABLE station_monitoring (
    station uuid PRIMARY KEY REFERENCES charging_station ON DELETE CASCADE,
    base varchar(20) NOT NULL DEFAULT '',
    severity integer,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE station_monitor (
    id bigserial PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    number integer NOT NULL,
    component varchar(101) NOT NULL,
    evse integer NOT NULL DEFAULT 0,
    connector integer NOT NULL DEFAULT 0,
    name varchar(101) NOT NULL,
    type varchar(20) NOT NULL,
    value double precision NOT NULL,
    severity integer NOT NULL,
    transaction boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (station, number)
);

CREATE TABLE station_event (
    id bigserial PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    number bigint NOT NULL,
    trigger varchar(10) NOT NULL,
    notification varchar(25) NOT NULL,
    component varchar(101) NOT NULL,
    evse integer NOT NULL DEFAULT 0,
    connector integer NOT NULL DEFAULT 0,
    name varchar(101) NOT NULL,
    value text NOT NULL DEFAULT '',
    cleared boolean NOT NULL DEFAULT false,
    cause bigint,
    tech_code varchar(50) NOT NULL DEFAULT '',
    tech_info varchar(500) NOT NULL DEFAULT '',
    transaction_ref varchar(36) NOT NULL DEFAULT '',
    monitor bigint
);

CREATE INDEX station_event_station ON station_event (station, id);
CREATE INDEX station_event_received_at ON station_event (received_at);

ALTER TABLE local_list ADD COLUMN excluded text[] NOT NULL DEFAULT '{}';
