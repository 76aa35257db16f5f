-- What grows with every message is kept in partitions by time: the newest fits into memory, the oldest is dropped
-- as a whole. A default partition takes what lies outside of all others, so nothing a station says is ever refused.

CREATE FUNCTION keep_partitions(parent text, unit text, since timestamptz, ahead integer) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    step interval := ('1 ' || unit)::interval;
    begins timestamp := date_trunc(unit, since AT TIME ZONE 'UTC');
    name text;
    made integer := 0;
BEGIN
    PERFORM set_config('lock_timeout', '3s', true);
    WHILE begins <= (now() AT TIME ZONE 'UTC') + ahead * step LOOP
        name := parent || '_' || to_char(begins, 'YYYYMMDD');
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS)', name, parent);
            EXECUTE format(
                'WITH moved AS (DELETE FROM %I WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved',
                parent || '_default', begins AT TIME ZONE 'UTC', (begins + step) AT TIME ZONE 'UTC', name);
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                parent, name, begins AT TIME ZONE 'UTC', (begins + step) AT TIME ZONE 'UTC');
            made := made + 1;
        END IF;
        begins := begins + step;
    END LOOP;
    RETURN made;
END $$;

CREATE FUNCTION drop_partitions(parent text, unit text, before timestamptz) RETURNS integer
LANGUAGE plpgsql AS $$
DECLARE
    name text;
    gone integer := 0;
BEGIN
    PERFORM set_config('lock_timeout', '3s', true);
    FOR name IN
        SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
        WHERE i.inhparent = parent::regclass AND c.relname ~ '_[0-9]{8}$'
            AND (to_date(right(c.relname, 8), 'YYYYMMDD') + ('1 ' || unit)::interval) AT TIME ZONE 'UTC' <= before
    LOOP
        EXECUTE format('DROP TABLE %I', name);
        gone := gone + 1;
    END LOOP;
    RETURN gone;
END $$;

ALTER TABLE ocpp_frame RENAME TO ocpp_frame_whole;
CREATE TABLE ocpp_frame (
    id bigint NOT NULL DEFAULT nextval('ocpp_frame_id_seq'),
    station_id uuid NOT NULL,
    at timestamptz NOT NULL,
    direction varchar(3) NOT NULL,
    kind varchar(10) NOT NULL,
    action varchar(60) NOT NULL DEFAULT '',
    message_id varchar(64) NOT NULL DEFAULT '',
    payload text NOT NULL DEFAULT '',
    size integer NOT NULL DEFAULT 0,
    latency_ms bigint,
    error_code varchar(60) NOT NULL DEFAULT ''
) PARTITION BY RANGE (at);
ALTER SEQUENCE ocpp_frame_id_seq OWNED BY ocpp_frame.id;
CREATE TABLE ocpp_frame_default PARTITION OF ocpp_frame DEFAULT;
SELECT keep_partitions('ocpp_frame', 'day', greatest((SELECT min(at) FROM ocpp_frame_whole), now() - interval '14 days'), 3);
INSERT INTO ocpp_frame (id, station_id, at, direction, kind, action, message_id, payload, size, latency_ms, error_code)
    SELECT id, station_id, at, direction, kind, action, message_id, payload, size, latency_ms, error_code
    FROM ocpp_frame_whole;
DROP TABLE ocpp_frame_whole;
CREATE INDEX ocpp_frame_station_id_id ON ocpp_frame (station_id, id DESC);

ALTER TABLE transaction_reading RENAME TO transaction_reading_whole;
CREATE TABLE transaction_reading (
    id bigint NOT NULL DEFAULT nextval('transaction_reading_id_seq'),
    transaction uuid NOT NULL, -- of a transaction, which is never deleted: no look-up for each reading
    at timestamptz NOT NULL,
    energy_wh bigint,
    power_w integer,
    soc_percent integer,
    current_a numeric(8, 2),
    voltage_v numeric(8, 2),
    charging_state varchar(20),
    context varchar(30) NOT NULL DEFAULT 'Sample.Periodic',
    trusted boolean NOT NULL DEFAULT true
) PARTITION BY RANGE (at);
ALTER SEQUENCE transaction_reading_id_seq OWNED BY transaction_reading.id;
CREATE TABLE transaction_reading_default PARTITION OF transaction_reading DEFAULT;
SELECT keep_partitions('transaction_reading', 'month',
    greatest(least((SELECT min(at) FROM transaction_reading_whole), now() - interval '1 month'), now() - interval '400 days'), 2);
INSERT INTO transaction_reading (id, transaction, at, energy_wh, power_w, soc_percent, current_a, voltage_v,
        charging_state, context, trusted)
    SELECT id, transaction, at, energy_wh, power_w, soc_percent, current_a, voltage_v, charging_state, context, trusted
    FROM transaction_reading_whole;
DROP TABLE transaction_reading_whole;
ALTER TABLE transaction_reading ADD UNIQUE (transaction, at);
-- In the order of time and of arrival: a few pages of index for millions of rows.
CREATE INDEX transaction_reading_at ON transaction_reading USING brin (at) WITH (pages_per_range = 32);
CREATE INDEX transaction_reading_id ON transaction_reading USING brin (id) WITH (pages_per_range = 32);

-- The network's power in quarters of an hour: what plots of the past show instead of readings.
CREATE TABLE power_rollup (
    id bigserial PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    at timestamptz NOT NULL,
    power_w bigint NOT NULL,
    sessions integer NOT NULL,
    UNIQUE (tenant, at)
);
CREATE INDEX power_rollup_at ON power_rollup (at);

CREATE TABLE rollup_mark (
    name varchar(40) PRIMARY KEY,
    last_id bigint NOT NULL DEFAULT 0
);
