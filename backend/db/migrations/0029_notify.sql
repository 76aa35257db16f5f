-- Who is told of what, over which channel, and what became of each message.

CREATE TABLE push_device (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    token varchar(4096) NOT NULL UNIQUE,
    platform varchar(10) NOT NULL,
    name varchar(100) NOT NULL DEFAULT '',
    seen_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX push_device_account ON push_device (account);

CREATE TABLE notify_preference (
    account uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    wishes jsonb NOT NULL
);

CREATE TABLE notify_hook (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    name varchar(100) NOT NULL,
    kind varchar(10) NOT NULL,
    url varchar(2000) NOT NULL,
    secret varchar(100) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK (kind IN ('generic', 'slack', 'teams', 'sms'))
);

CREATE INDEX notify_hook_tenant ON notify_hook (tenant);

CREATE TABLE notify_rota (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    name varchar(100) NOT NULL,
    plan jsonb NOT NULL
);

CREATE INDEX notify_rota_tenant ON notify_rota (tenant);

CREATE TABLE notify_route (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    name varchar(100) NOT NULL,
    enabled boolean NOT NULL DEFAULT true,
    plan jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX notify_route_tenant ON notify_route (tenant);

CREATE TABLE notice (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    kind varchar(30) NOT NULL,
    key varchar(200) NOT NULL UNIQUE,
    incident uuid REFERENCES incident ON DELETE CASCADE,
    transaction uuid REFERENCES transaction ON DELETE CASCADE,
    station uuid REFERENCES charging_station ON DELETE CASCADE,
    account uuid REFERENCES account ON DELETE CASCADE,
    data jsonb NOT NULL DEFAULT '{}',
    at timestamptz NOT NULL,
    told_at timestamptz
);

CREATE INDEX notice_untold ON notice (tenant) WHERE told_at IS NULL;
CREATE INDEX notice_tenant ON notice (tenant);
CREATE INDEX notice_at ON notice (at);
CREATE INDEX notice_incident ON notice (incident);
CREATE INDEX notice_transaction ON notice (transaction);
CREATE INDEX notice_station ON notice (station);
CREATE INDEX notice_account ON notice (account);

CREATE TABLE delivery (
    id uuid PRIMARY KEY,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    account uuid REFERENCES account ON DELETE CASCADE,
    hook uuid REFERENCES notify_hook ON DELETE SET NULL,
    device uuid REFERENCES push_device ON DELETE SET NULL,
    channel varchar(10) NOT NULL,
    kind varchar(30) NOT NULL,
    key varchar(300) NOT NULL UNIQUE,
    severity varchar(10) NOT NULL DEFAULT 'info',
    title text NOT NULL,
    body text NOT NULL DEFAULT '',
    link varchar(200) NOT NULL DEFAULT '',
    address varchar(300) NOT NULL DEFAULT '',
    notices jsonb NOT NULL DEFAULT '[]',
    state varchar(10) NOT NULL,
    reason varchar(20) NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    due_at timestamptz,
    tried_at timestamptz,
    sent_at timestamptz,
    read_at timestamptz,
    CHECK (channel IN ('app', 'push', 'email', 'webhook')),
    CHECK (state IN ('held', 'queued', 'sent', 'failed', 'skipped'))
);

CREATE INDEX delivery_tenant_created_at ON delivery (tenant, created_at DESC, id DESC);
CREATE INDEX delivery_account_created_at ON delivery (account, created_at DESC);
CREATE INDEX delivery_hook_created_at ON delivery (hook, created_at DESC);
CREATE INDEX delivery_device ON delivery (device);
CREATE INDEX delivery_created_at ON delivery (created_at);
CREATE UNIQUE INDEX delivery_held ON delivery (tenant, account, hook, device, channel, reason) NULLS NOT DISTINCT
    WHERE state = 'held';

CREATE TABLE channel_health (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    channel varchar(60) NOT NULL,
    failures integer NOT NULL DEFAULT 0,
    failing_since timestamptz,
    ok_at timestamptz,
    error text NOT NULL DEFAULT '',
    UNIQUE (tenant, channel)
);

CREATE TABLE station_watch (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    account uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (account, station)
);

CREATE INDEX station_watch_station ON station_watch (station);
