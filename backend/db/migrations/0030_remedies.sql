-- Playbooks that mend incidents, with every version, and what became of each run and step.

CREATE TABLE playbook (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    key varchar(60) NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 1,
    plan jsonb NOT NULL,
    place integer NOT NULL DEFAULT 100,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz
);

CREATE UNIQUE INDEX playbook_key ON playbook (tenant, key) WHERE key <> '';
CREATE INDEX playbook_tenant ON playbook (tenant);

CREATE TABLE playbook_version (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    playbook uuid NOT NULL REFERENCES playbook ON DELETE CASCADE,
    version integer NOT NULL,
    plan jsonb NOT NULL,
    account uuid REFERENCES account ON DELETE SET NULL,
    at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (playbook, version)
);

CREATE INDEX playbook_version_account ON playbook_version (account);

CREATE TABLE remedy (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    playbook uuid NOT NULL REFERENCES playbook ON DELETE CASCADE,
    version integer NOT NULL,
    plan jsonb NOT NULL,
    incident uuid NOT NULL REFERENCES incident ON DELETE CASCADE,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    connector uuid REFERENCES connector ON DELETE SET NULL,
    model varchar(200) NOT NULL DEFAULT '',
    firmware varchar(200) NOT NULL DEFAULT '',
    state varchar(10) NOT NULL DEFAULT 'running',
    phase varchar(10) NOT NULL DEFAULT 'ready',
    step integer NOT NULL DEFAULT 0,
    approved_at timestamptz,
    approved_by uuid REFERENCES account ON DELETE SET NULL,
    detail text NOT NULL DEFAULT '',
    due_at timestamptz,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    CHECK (state IN ('running', 'waiting', 'asks', 'mended', 'over', 'failed', 'stopped')),
    CHECK (phase IN ('ready', 'sent', 'verifying'))
);

CREATE INDEX remedy_tenant_created_at ON remedy (tenant, created_at DESC, id DESC);
CREATE INDEX remedy_playbook ON remedy (playbook);
CREATE INDEX remedy_incident ON remedy (incident);
CREATE INDEX remedy_station ON remedy (station, created_at DESC);
CREATE INDEX remedy_connector ON remedy (connector);
CREATE INDEX remedy_approved_by ON remedy (approved_by);
CREATE UNIQUE INDEX remedy_live ON remedy (station) WHERE state IN ('running', 'waiting', 'asks');

CREATE TABLE remedy_step (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    remedy uuid NOT NULL REFERENCES remedy ON DELETE CASCADE,
    number integer NOT NULL,
    kind varchar(20) NOT NULL,
    sent_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    outcome varchar(20) NOT NULL DEFAULT '',
    detail text NOT NULL DEFAULT '',
    UNIQUE (remedy, number)
);
