-- Rules, thresholds and playbooks tried on the past, with what they would have found.

CREATE TABLE look_back (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    account uuid REFERENCES account ON DELETE SET NULL,
    asked jsonb NOT NULL,
    state varchar(10) NOT NULL DEFAULT 'queued',
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    stations integer NOT NULL DEFAULT 0,
    done integer NOT NULL DEFAULT 0,
    last_station uuid,
    tally jsonb NOT NULL DEFAULT '{}',
    recorded_from timestamptz,
    error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (state IN ('queued', 'running', 'done', 'stopped', 'failed'))
);

CREATE INDEX look_back_tenant_created_at ON look_back (tenant, created_at DESC, id DESC);
CREATE INDEX look_back_account ON look_back (account);
CREATE UNIQUE INDEX look_back_live ON look_back (tenant) WHERE state IN ('queued', 'running');

CREATE TABLE look_back_firing (
    id bigserial PRIMARY KEY,
    look_back uuid NOT NULL REFERENCES look_back ON DELETE CASCADE,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    incident uuid REFERENCES incident ON DELETE SET NULL,
    rule varchar(60) NOT NULL,
    label varchar(20) NOT NULL DEFAULT '',
    title varchar(200) NOT NULL,
    detail text NOT NULL DEFAULT '',
    severity varchar(10) NOT NULL,
    code varchar(60) NOT NULL DEFAULT '',
    fired_at timestamptz NOT NULL,
    ended_at timestamptz,
    occurrences integer NOT NULL DEFAULT 1,
    outcome varchar(20) NOT NULL DEFAULT '',
    held varchar(60) NOT NULL DEFAULT ''
);

CREATE INDEX look_back_firing_look_back ON look_back_firing (look_back, fired_at DESC, id DESC);
CREATE INDEX look_back_firing_station ON look_back_firing (station);
CREATE INDEX look_back_firing_incident ON look_back_firing (incident);
