-- How well stations are connected: over radio or a cable, and how their links answer pings.

ALTER TABLE charging_station ADD COLUMN wireless boolean NOT NULL DEFAULT false;

CREATE TABLE station_link (
    station uuid PRIMARY KEY REFERENCES charging_station ON DELETE CASCADE,
    at timestamptz NOT NULL,
    spans integer NOT NULL DEFAULT 1,
    round_trip_ms double precision NOT NULL,
    lost_percent double precision NOT NULL,
    usual_ms double precision NOT NULL,
    usual_lost_percent double precision NOT NULL
);

CREATE INDEX station_link_at ON station_link (at);

-- What vendors mean by their codes, where a tenant knows it; and codes that nobody knew.

CREATE TABLE vendor_code (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    vendor varchar(200) NOT NULL,
    code varchar(60) NOT NULL,
    title varchar(200) NOT NULL,
    severity varchar(10) NOT NULL,
    cause text NOT NULL DEFAULT '',
    advice text NOT NULL DEFAULT '',
    updated_at timestamptz NOT NULL,
    CHECK (severity IN ('info', 'warning', 'critical')),
    UNIQUE (tenant, vendor, code)
);

CREATE TABLE unknown_code (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    vendor varchar(200) NOT NULL,
    code varchar(60) NOT NULL,
    times integer NOT NULL DEFAULT 1,
    station uuid REFERENCES charging_station ON DELETE SET NULL,
    text varchar(500) NOT NULL DEFAULT '',
    seen_at timestamptz NOT NULL,
    UNIQUE (tenant, vendor, code)
);

CREATE INDEX unknown_code_station ON unknown_code (station);
