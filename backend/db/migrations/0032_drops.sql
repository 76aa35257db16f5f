-- Lost connections, for rules that look at how often a station's comes and goes.

CREATE TABLE station_drop (
    id bigserial PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    at timestamptz NOT NULL
);

CREATE INDEX station_drop_station ON station_drop (station, at);
