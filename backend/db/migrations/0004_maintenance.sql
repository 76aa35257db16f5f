-- Firmware, logs, and what stations say of their security.

CREATE TABLE firmware_file (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    account uuid REFERENCES account ON DELETE SET NULL,
    name varchar(200) NOT NULL,
    size bigint NOT NULL,
    sha256 varchar(64) NOT NULL,
    md5 varchar(32) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX firmware_file_tenant ON firmware_file (tenant, created_at);
CREATE INDEX firmware_file_account ON firmware_file (account);

CREATE SEQUENCE maintenance_request AS integer CYCLE;

CREATE TABLE maintenance_task (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    account uuid REFERENCES account ON DELETE SET NULL,
    firmware_file uuid REFERENCES firmware_file ON DELETE SET NULL,
    kind varchar(12) NOT NULL,
    request_id integer NOT NULL,
    status varchar(40) NOT NULL,
    history jsonb NOT NULL,
    location text NOT NULL DEFAULT '',
    token_hash bytea UNIQUE,
    expires_at timestamptz,
    used_at timestamptz,
    file_name varchar(255) NOT NULL DEFAULT '',
    file_size bigint,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz,
    CHECK (kind IN ('update', 'publish', 'diagnostics', 'security'))
);

CREATE INDEX maintenance_task_station ON maintenance_task (station, created_at);
CREATE INDEX maintenance_task_account ON maintenance_task (account);
CREATE INDEX maintenance_task_firmware_file ON maintenance_task (firmware_file);

CREATE TABLE security_event (
    id bigserial PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    type varchar(50) NOT NULL,
    info varchar(255) NOT NULL DEFAULT '',
    critical boolean NOT NULL DEFAULT false
);

CREATE INDEX security_event_station ON security_event (station, id);
