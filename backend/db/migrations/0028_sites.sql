-- Power of a location: its tree, what its connectors were granted, limits of the grid operator, and what it came to.

CREATE TABLE power_site (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    location uuid NOT NULL UNIQUE REFERENCES location ON DELETE CASCADE,
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    enabled boolean NOT NULL DEFAULT false,
    tree jsonb NOT NULL,
    policy jsonb NOT NULL,
    tariff jsonb NOT NULL DEFAULT '{}',
    readings jsonb NOT NULL DEFAULT '{}',
    plan jsonb,
    planned_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX power_site_tenant ON power_site (tenant);

CREATE TABLE power_grant (
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    evse integer NOT NULL,
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    acked_a numeric(8, 1),
    acked_at timestamptz,
    sent_a numeric(8, 1),
    sent_at timestamptz,
    fallback_a numeric(8, 1),
    over_since timestamptz,
    detail varchar(300) NOT NULL DEFAULT '',
    UNIQUE (station, evse)
);

CREATE TABLE power_key (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    location uuid NOT NULL REFERENCES location ON DELETE CASCADE,
    purpose varchar(10) NOT NULL,
    hash varchar(64) NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
);

CREATE INDEX power_key_location ON power_key (location);

CREATE TABLE grid_limit (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    location uuid NOT NULL REFERENCES location ON DELETE CASCADE,
    ref varchar(100) NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    limit_w integer NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    cancelled_at timestamptz,
    UNIQUE (location, ref)
);

CREATE TABLE power_signal (
    id bigserial PRIMARY KEY,
    location uuid NOT NULL REFERENCES location ON DELETE CASCADE,
    kind varchar(10) NOT NULL,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    value numeric(14, 5) NOT NULL,
    UNIQUE (location, kind, starts_at)
);

CREATE TABLE power_feed (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    location uuid NOT NULL REFERENCES location ON DELETE CASCADE,
    kind varchar(10) NOT NULL,
    url varchar(500) NOT NULL DEFAULT '',
    adapter varchar(20) NOT NULL DEFAULT 'points',
    state varchar(10) NOT NULL DEFAULT 'ok',
    detail varchar(300) NOT NULL DEFAULT '',
    heard_at timestamptz,
    UNIQUE (location, kind)
);

CREATE TABLE power_interval (
    id bigserial PRIMARY KEY,
    location uuid NOT NULL REFERENCES location ON DELETE CASCADE,
    at timestamptz NOT NULL,
    peak_w integer NOT NULL DEFAULT 0,
    limit_w integer,
    planned_w integer NOT NULL DEFAULT 0,
    free_w integer NOT NULL DEFAULT 0,
    price numeric(14, 5),
    UNIQUE (location, at)
);

CREATE TABLE charge_wish (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    transaction uuid NOT NULL UNIQUE REFERENCES transaction ON DELETE CASCADE,
    departs_at timestamptz,
    energy_wh integer,
    asked_at timestamptz NOT NULL DEFAULT now()
);
