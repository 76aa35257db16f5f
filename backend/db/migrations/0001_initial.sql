-- The first tables. Where a column has no default here, whoever writes a row must say what it is.

CREATE TABLE tenant (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    slug varchar(60) UNIQUE NOT NULL,
    name varchar(100) NOT NULL,
    seed_color varchar(7) NOT NULL DEFAULT '#0B6E4F',
    logo text NOT NULL DEFAULT '',
    support_email varchar(254) NOT NULL DEFAULT '',
    currency varchar(3) NOT NULL DEFAULT 'EUR',
    time_zone varchar(64) NOT NULL DEFAULT 'Europe/Berlin',
    country varchar(2) NOT NULL DEFAULT '',
    cdr_counter integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE account (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    email varchar(254) NOT NULL,
    name varchar(100) NOT NULL,
    password_hash varchar(200) NOT NULL,
    role varchar(20) NOT NULL,
    disabled_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, email),
    CHECK (email = lower(email)),
    CHECK (role IN ('driver', 'operator', 'admin'))
);

CREATE TABLE refresh_token (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    family uuid NOT NULL,
    token_hash bytea UNIQUE NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX refresh_token_account ON refresh_token (account);
CREATE INDEX refresh_token_family ON refresh_token (family);
CREATE INDEX refresh_token_expires_at ON refresh_token (expires_at);

CREATE TABLE idempotency_key (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    key varchar(200) NOT NULL,
    request_hash bytea NOT NULL,
    status integer,
    body jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account, key)
);

CREATE INDEX idempotency_key_created_at ON idempotency_key (created_at);

CREATE TABLE tariff (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    name varchar(100) NOT NULL,
    currency varchar(3) NOT NULL,
    definition jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz
);

CREATE INDEX tariff_tenant ON tariff (tenant);

CREATE TABLE location (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    name varchar(200) NOT NULL,
    address varchar(200) NOT NULL DEFAULT '',
    postal_code varchar(20) NOT NULL DEFAULT '',
    city varchar(100) NOT NULL DEFAULT '',
    country varchar(2) NOT NULL DEFAULT '',
    latitude double precision NOT NULL,
    longitude double precision NOT NULL,
    time_zone varchar(64) NOT NULL DEFAULT 'UTC',
    description text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX location_tenant_name ON location (tenant, name);

CREATE TABLE charging_station (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    location uuid REFERENCES location ON DELETE RESTRICT,
    identity varchar(48) UNIQUE NOT NULL,
    name varchar(200) NOT NULL DEFAULT '',
    registration varchar(10) NOT NULL DEFAULT 'pending',
    password_hash varchar(200) NOT NULL DEFAULT '',
    ocpp_version varchar(10) NOT NULL DEFAULT '',
    vendor varchar(200) NOT NULL DEFAULT '',
    model varchar(200) NOT NULL DEFAULT '',
    serial varchar(200) NOT NULL DEFAULT '',
    firmware varchar(200) NOT NULL DEFAULT '',
    online boolean NOT NULL DEFAULT false,
    node varchar(64) NOT NULL DEFAULT '',
    connection uuid,
    connected_at timestamptz,
    disconnected_at timestamptz,
    last_seen_at timestamptz,
    booted_at timestamptz,
    boot_reason varchar(50) NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (registration IN ('pending', 'accepted', 'rejected'))
) WITH (fillfactor = 80);

CREATE INDEX charging_station_tenant_identity ON charging_station (tenant, identity);
CREATE INDEX charging_station_location ON charging_station (location);
CREATE INDEX charging_station_online ON charging_station (node) WHERE online;

CREATE TABLE connector (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    evse integer NOT NULL,
    number integer NOT NULL DEFAULT 1,
    standard varchar(40) NOT NULL DEFAULT 'IEC_62196_T2',
    power_type varchar(2) NOT NULL DEFAULT 'AC',
    max_power_w integer NOT NULL DEFAULT 0,
    tariff uuid REFERENCES tariff ON DELETE SET NULL,
    status varchar(20) NOT NULL DEFAULT 'unknown',
    status_at timestamptz,
    error_code varchar(50) NOT NULL DEFAULT '',
    error_info varchar(200) NOT NULL DEFAULT '',
    operative boolean NOT NULL DEFAULT true,
    UNIQUE (station, evse, number)
) WITH (fillfactor = 80);

CREATE INDEX connector_tariff ON connector (tariff);

CREATE TABLE status_change (
    id bigserial PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    connector uuid REFERENCES connector ON DELETE CASCADE,
    at timestamptz NOT NULL,
    status varchar(20) NOT NULL,
    error_code varchar(50) NOT NULL DEFAULT '',
    info varchar(200) NOT NULL DEFAULT ''
);

CREATE INDEX status_change_station_at ON status_change (station, at DESC);
CREATE INDEX status_change_connector_at ON status_change (connector, at DESC);

CREATE TABLE station_variable (
    id bigserial PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    component varchar(50) NOT NULL DEFAULT '',
    evse integer NOT NULL DEFAULT 0,
    name varchar(110) NOT NULL,
    value text,
    read_only boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (station, component, evse, name)
);

CREATE TABLE station_command (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    account uuid REFERENCES account ON DELETE SET NULL,
    action varchar(60) NOT NULL,
    request jsonb NOT NULL,
    state varchar(10) NOT NULL DEFAULT 'sent',
    status varchar(60) NOT NULL DEFAULT '',
    answer jsonb,
    at timestamptz NOT NULL DEFAULT now(),
    answered_at timestamptz
);

CREATE INDEX station_command_station_at_id ON station_command (station, at DESC, id DESC);
CREATE INDEX station_command_account ON station_command (account);

CREATE TABLE ocpp_frame (
    id bigserial PRIMARY KEY,
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
);

CREATE INDEX ocpp_frame_station_id_id ON ocpp_frame (station_id, id DESC);
CREATE INDEX ocpp_frame_at ON ocpp_frame USING brin (at);

CREATE TABLE id_token (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    value varchar(36) NOT NULL,
    type varchar(20) NOT NULL DEFAULT 'ISO14443',
    account uuid REFERENCES account ON DELETE SET NULL,
    label varchar(100) NOT NULL DEFAULT '',
    parent varchar(36) NOT NULL DEFAULT '',
    blocked_at timestamptz,
    expires_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE UNIQUE INDEX id_token_tenant_value ON id_token (tenant, lower(value));
CREATE INDEX id_token_account ON id_token (account);

-- What OCPP 1.6 calls transactionId: positive, 31 bits.
CREATE SEQUENCE transaction_number AS integer START 1;

CREATE TABLE transaction (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    ref varchar(36),
    number bigint UNIQUE NOT NULL DEFAULT nextval('transaction_number'),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    station uuid NOT NULL REFERENCES charging_station ON DELETE RESTRICT,
    connector uuid REFERENCES connector ON DELETE RESTRICT,
    evse integer,
    account uuid REFERENCES account ON DELETE RESTRICT,
    id_token varchar(36) NOT NULL DEFAULT '',
    tariff uuid REFERENCES tariff ON DELETE RESTRICT,
    state varchar(10) NOT NULL,
    charging_state varchar(20),
    requested_at timestamptz,
    begun_at timestamptz,
    ended_at timestamptz,
    stop_requested_at timestamptz,
    meter_start_wh bigint,
    meter_last_wh bigint,
    meter_last_at timestamptz,
    energy_wh bigint NOT NULL DEFAULT 0,
    power_w integer,
    max_power_w integer NOT NULL DEFAULT 0,
    soc_percent integer,
    cost numeric(14, 4),
    currency varchar(3) NOT NULL DEFAULT '',
    stop_reason varchar(40) NOT NULL DEFAULT '',
    failure text NOT NULL DEFAULT '',
    flags jsonb NOT NULL DEFAULT '[]',
    seq_no_last integer,
    simulated_history boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (state IN ('requested', 'active', 'ended', 'failed'))
) WITH (fillfactor = 80);

ALTER SEQUENCE transaction_number OWNED BY transaction.number;

CREATE UNIQUE INDEX transaction_station_ref ON transaction (station, ref);
CREATE INDEX transaction_tenant_created_at_id ON transaction (tenant, created_at DESC, id DESC);
CREATE INDEX transaction_account_created_at_id ON transaction (account, created_at DESC, id DESC);
CREATE INDEX transaction_station_created_at ON transaction (station, created_at DESC);
CREATE INDEX transaction_connector_created_at ON transaction (connector, created_at DESC);
CREATE INDEX transaction_tariff ON transaction (tariff);
CREATE INDEX transaction_tenant_begun_at ON transaction (tenant, begun_at);
CREATE INDEX transaction_station_evse_live ON transaction (station, evse) WHERE state IN ('requested', 'active');

CREATE TABLE transaction_message (
    id bigserial PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    transaction uuid REFERENCES transaction ON DELETE CASCADE,
    fingerprint varchar(64) NOT NULL,
    kind varchar(10) NOT NULL,
    seq_no integer,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    payload jsonb NOT NULL,
    note text NOT NULL DEFAULT '',
    UNIQUE (station, fingerprint)
);

CREATE INDEX transaction_message_transaction ON transaction_message (transaction);
CREATE INDEX transaction_message_unknown ON transaction_message (received_at) WHERE transaction IS NULL;

CREATE TABLE transaction_reading (
    id bigserial PRIMARY KEY,
    transaction uuid NOT NULL REFERENCES transaction ON DELETE CASCADE,
    at timestamptz NOT NULL,
    energy_wh bigint,
    power_w integer,
    soc_percent integer,
    current_a numeric(8, 2),
    voltage_v numeric(8, 2),
    charging_state varchar(20),
    context varchar(30) NOT NULL DEFAULT 'Sample.Periodic',
    trusted boolean NOT NULL DEFAULT true,
    UNIQUE (transaction, at)
);

CREATE TABLE payment (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    transaction uuid UNIQUE NOT NULL REFERENCES transaction ON DELETE RESTRICT,
    account uuid REFERENCES account ON DELETE RESTRICT,
    provider varchar(20) NOT NULL,
    reference varchar(200) NOT NULL DEFAULT '',
    method varchar(60) NOT NULL DEFAULT '',
    state varchar(12) NOT NULL,
    currency varchar(3) NOT NULL,
    hold_amount numeric(14, 4) NOT NULL,
    due_amount numeric(14, 4),
    captured_amount numeric(14, 4),
    failure text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CHECK (state IN ('pending', 'held', 'capturing', 'captured', 'releasing', 'released', 'failed')),
    CHECK (hold_amount >= 0 AND due_amount >= 0 AND captured_amount >= 0)
);

CREATE INDEX payment_tenant_created_at ON payment (tenant, created_at);
CREATE INDEX payment_account ON payment (account);

CREATE TABLE cdr (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    transaction uuid UNIQUE NOT NULL REFERENCES transaction ON DELETE RESTRICT,
    number varchar(30) NOT NULL,
    tariff uuid REFERENCES tariff ON DELETE RESTRICT,
    currency varchar(3) NOT NULL,
    lines jsonb NOT NULL,
    total_excl numeric(14, 4) NOT NULL,
    total_incl numeric(14, 4) NOT NULL,
    facts jsonb NOT NULL,
    issued_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (tenant, number)
);

CREATE INDEX cdr_tenant_issued_at ON cdr (tenant, issued_at);
CREATE INDEX cdr_tariff ON cdr (tariff);

CREATE TABLE incident (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    station uuid REFERENCES charging_station ON DELETE CASCADE,
    connector uuid REFERENCES connector ON DELETE CASCADE,
    rule varchar(60) NOT NULL,
    severity varchar(10) NOT NULL,
    state varchar(12) NOT NULL DEFAULT 'open',
    title varchar(200) NOT NULL,
    detail text NOT NULL DEFAULT '',
    advice text NOT NULL DEFAULT '',
    occurrences integer NOT NULL DEFAULT 1,
    opened_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    acknowledged_at timestamptz,
    acknowledged_by uuid REFERENCES account ON DELETE SET NULL,
    closed_at timestamptz,
    CHECK (severity IN ('info', 'warning', 'critical')),
    CHECK (state IN ('open', 'acknowledged', 'closed'))
);

-- At most one that isn't closed for each rule and place.
CREATE UNIQUE INDEX incident_open ON incident (tenant, station, connector, rule) NULLS NOT DISTINCT
    WHERE state <> 'closed';
CREATE INDEX incident_tenant_opened_at_id ON incident (tenant, opened_at DESC, id DESC);
CREATE INDEX incident_station ON incident (station);
CREATE INDEX incident_connector ON incident (connector);
CREATE INDEX incident_acknowledged_by ON incident (acknowledged_by);
