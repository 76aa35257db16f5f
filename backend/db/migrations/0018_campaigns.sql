-- Bulk actions: one action for many stations, in stages.

CREATE TABLE campaign (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    account uuid REFERENCES account ON DELETE SET NULL,
    name varchar(100) NOT NULL,
    action jsonb NOT NULL,
    stages jsonb NOT NULL,
    stage_ends jsonb NOT NULL,
    pause_s integer NOT NULL DEFAULT 0,
    max_failed_percent integer NOT NULL,
    min_failed integer NOT NULL,
    state varchar(10) NOT NULL DEFAULT 'running',
    detail varchar(300) NOT NULL DEFAULT '',
    stage integer NOT NULL DEFAULT 0,
    stage_from timestamptz,
    forgiven_finished integer NOT NULL DEFAULT 0,
    forgiven_failed integer NOT NULL DEFAULT 0,
    halted_at_station uuid REFERENCES charging_station ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at timestamptz
);

CREATE INDEX campaign_tenant ON campaign (tenant, created_at, id);
CREATE INDEX campaign_account ON campaign (account);
CREATE INDEX campaign_halted_at_station ON campaign (halted_at_station);

CREATE TABLE campaign_station (
    id bigserial PRIMARY KEY,
    campaign uuid NOT NULL REFERENCES campaign ON DELETE CASCADE,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    state varchar(10) NOT NULL DEFAULT 'waiting',
    detail varchar(300) NOT NULL DEFAULT '',
    task uuid REFERENCES maintenance_task ON DELETE SET NULL,
    sent_at timestamptz,
    ended_at timestamptz,
    UNIQUE (campaign, station)
);

CREATE INDEX campaign_station_station ON campaign_station (station);
CREATE INDEX campaign_station_task ON campaign_station (task);
CREATE INDEX campaign_station_running ON campaign_station (campaign) WHERE state = 'running';
