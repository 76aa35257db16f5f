-- The lists of tokens that stations keep for when they are offline.

CREATE TABLE local_list (
    station uuid PRIMARY KEY REFERENCES charging_station ON DELETE CASCADE,
    mode varchar(10) NOT NULL DEFAULT 'off',
    groups jsonb NOT NULL DEFAULT '[]',
    state varchar(10) NOT NULL DEFAULT 'unknown',
    detail varchar(300) NOT NULL DEFAULT '',
    version integer NOT NULL DEFAULT 0,
    station_version integer,
    entries jsonb,
    synced_at timestamptz,
    busy_until timestamptz
);
