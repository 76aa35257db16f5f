-- Meter values of outlets, and of a station's main meter (evse 0), while nobody charges there.
CREATE SEQUENCE station_reading_id_seq;
CREATE TABLE station_reading (
    id bigint NOT NULL DEFAULT nextval('station_reading_id_seq'),
    station uuid NOT NULL, -- no reference: it would cost a look-up for each reading
    evse integer NOT NULL,
    at timestamptz NOT NULL,
    energy_wh bigint,
    power_w integer,
    soc_percent integer,
    current_a numeric(8, 2),
    voltage_v numeric(8, 2),
    context varchar(30) NOT NULL DEFAULT 'Sample.Periodic'
) PARTITION BY RANGE (at);
ALTER SEQUENCE station_reading_id_seq OWNED BY station_reading.id;
CREATE TABLE station_reading_default PARTITION OF station_reading DEFAULT;
SELECT keep_partitions('station_reading', 'month', now(), 2);
ALTER TABLE station_reading ADD UNIQUE (station, evse, at);
