-- Where a tariff applies: everywhere, at a location or a station, for a group of drivers, from one day to another.

CREATE TABLE driver_group (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    name varchar(100) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX driver_group_name ON driver_group (tenant, lower(name));

ALTER TABLE account ADD COLUMN driver_group uuid REFERENCES driver_group ON DELETE SET NULL;
CREATE INDEX account_driver_group ON account (driver_group);

CREATE TABLE tariff_where (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    tariff uuid NOT NULL REFERENCES tariff ON DELETE CASCADE,
    location uuid REFERENCES location ON DELETE CASCADE,
    station uuid REFERENCES charging_station ON DELETE CASCADE,
    driver_group uuid REFERENCES driver_group ON DELETE CASCADE,
    valid_from date,
    valid_to date,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (location IS NULL OR station IS NULL),
    CHECK (valid_to >= valid_from)
);
CREATE UNIQUE INDEX tariff_where_once ON tariff_where
    (tenant, tariff, location, station, driver_group, valid_from, valid_to) NULLS NOT DISTINCT;
CREATE INDEX tariff_where_tariff ON tariff_where (tariff);
CREATE INDEX tariff_where_location ON tariff_where (location);
CREATE INDEX tariff_where_station ON tariff_where (station);
CREATE INDEX tariff_where_driver_group ON tariff_where (driver_group);
