-- Incidents with causes, money, a timeline and people; rules with thresholds, switches and baselines; tickets.

ALTER TABLE incident DROP CONSTRAINT incident_state_check;
ALTER TABLE incident ADD CONSTRAINT incident_state_check
    CHECK (state IN ('open', 'acknowledged', 'in_repair', 'watched', 'closed'));

ALTER TABLE incident ADD COLUMN location uuid REFERENCES location ON DELETE CASCADE;
ALTER TABLE incident ADD COLUMN parent uuid REFERENCES incident ON DELETE SET NULL;
ALTER TABLE incident ADD COLUMN assignee uuid REFERENCES account ON DELETE SET NULL;
ALTER TABLE incident ADD COLUMN code varchar(60) NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN cause text NOT NULL DEFAULT '';
ALTER TABLE incident ADD COLUMN evidence jsonb NOT NULL DEFAULT '{}';
ALTER TABLE incident ADD COLUMN down double precision NOT NULL DEFAULT 0.0;
ALTER TABLE incident ADD COLUMN affected integer NOT NULL DEFAULT 1;
ALTER TABLE incident ADD COLUMN began_at timestamptz;
ALTER TABLE incident ADD COLUMN in_repair_at timestamptz;
ALTER TABLE incident ADD COLUMN watched_at timestamptz;
ALTER TABLE incident ADD COLUMN repaired_at timestamptz;
ALTER TABLE incident ADD COLUMN lost_sessions numeric(10, 2) NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN lost_amount numeric(14, 2) NOT NULL DEFAULT 0;

DROP INDEX incident_open;
CREATE UNIQUE INDEX incident_open ON incident (tenant, location, station, connector, rule) NULLS NOT DISTINCT
    WHERE state <> 'closed';
CREATE INDEX incident_location ON incident (location);
CREATE INDEX incident_parent ON incident (parent);
CREATE INDEX incident_assignee ON incident (assignee);

CREATE TABLE incident_entry (
    id bigserial PRIMARY KEY,
    incident uuid NOT NULL REFERENCES incident ON DELETE CASCADE,
    at timestamptz NOT NULL,
    kind varchar(20) NOT NULL,
    account uuid REFERENCES account ON DELETE SET NULL,
    text text NOT NULL DEFAULT '',
    data jsonb NOT NULL DEFAULT '{}'
);

CREATE INDEX incident_entry_incident ON incident_entry (incident, id);
CREATE INDEX incident_entry_account ON incident_entry (account);

CREATE TABLE rule_threshold (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    rule varchar(60) NOT NULL,
    vendor varchar(200) NOT NULL DEFAULT '',
    model varchar(200) NOT NULL DEFAULT '',
    values jsonb NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, rule, vendor, model)
);

CREATE TABLE rule_switch (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    rule varchar(60) NOT NULL,
    off_at timestamptz,
    error text NOT NULL DEFAULT '',
    failures integer NOT NULL DEFAULT 0,
    UNIQUE (tenant, rule)
);

CREATE TABLE station_baseline (
    station uuid PRIMARY KEY REFERENCES charging_station ON DELETE CASCADE,
    days double precision NOT NULL,
    sessions_per_day double precision NOT NULL,
    session_amount numeric(14, 4) NOT NULL DEFAULT 0,
    longest_gap_s double precision,
    drops_per_day double precision NOT NULL DEFAULT 0.0,
    computed_at timestamptz NOT NULL
);

CREATE TABLE firmware_support (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    vendor varchar(200) NOT NULL,
    model varchar(200) NOT NULL DEFAULT '',
    firmware varchar(200) NOT NULL,
    ends_on date NOT NULL,
    UNIQUE (tenant, vendor, model, firmware)
);

CREATE TABLE ticket_target (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    name varchar(100) NOT NULL,
    kind varchar(10) NOT NULL,
    address varchar(500) NOT NULL,
    secret varchar(200) NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (kind IN ('email', 'webhook'))
);

CREATE INDEX ticket_target_tenant ON ticket_target (tenant);

CREATE TABLE service_ticket (
    id uuid PRIMARY KEY,
    incident uuid NOT NULL REFERENCES incident ON DELETE CASCADE,
    target uuid REFERENCES ticket_target ON DELETE SET NULL,
    target_name varchar(100) NOT NULL,
    account uuid REFERENCES account ON DELETE SET NULL,
    state varchar(10) NOT NULL DEFAULT 'queued',
    tries integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    CHECK (state IN ('queued', 'sent', 'failed'))
);

CREATE INDEX service_ticket_incident ON service_ticket (incident);
CREATE INDEX service_ticket_target ON service_ticket (target);
CREATE INDEX service_ticket_account ON service_ticket (account);

ALTER TABLE transaction_reading ADD COLUMN phase_voltages double precision[];
ALTER TABLE transaction_reading ADD COLUMN phase_currents double precision[];
ALTER TABLE transaction_reading ADD COLUMN offered_w integer;

ALTER TABLE charging_station ADD COLUMN clock_off_s double precision;
ALTER TABLE charging_station ADD COLUMN clock_off_at timestamptz;
