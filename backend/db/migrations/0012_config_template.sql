-- What stations should be set to.

CREATE TABLE config_template (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    name varchar(100) NOT NULL,
    vendor varchar(200) NOT NULL DEFAULT '',
    model varchar(200) NOT NULL DEFAULT '',
    firmware varchar(200) NOT NULL DEFAULT '',
    wanted jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, name)
);

CREATE TABLE config_template_station (
    id bigserial PRIMARY KEY,
    template uuid NOT NULL REFERENCES config_template ON DELETE CASCADE,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    UNIQUE (template, station)
);

CREATE INDEX config_template_station_station ON config_template_station (station);
