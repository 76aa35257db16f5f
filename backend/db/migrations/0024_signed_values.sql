-- What meters signed, as it came, and the keys to check it with.

CREATE TABLE signed_value (
    id bigserial PRIMARY KEY,
    transaction uuid NOT NULL REFERENCES transaction ON DELETE CASCADE,
    at timestamptz NOT NULL,
    context varchar(30) NOT NULL DEFAULT '',
    data text NOT NULL,
    public_key text NOT NULL DEFAULT '',
    encoding varchar(50) NOT NULL DEFAULT '',
    method varchar(50) NOT NULL DEFAULT '',
    fingerprint varchar(64) NOT NULL,
    state varchar(10) NOT NULL DEFAULT 'unverified',
    key_source varchar(20) NOT NULL DEFAULT '',
    used_key text NOT NULL DEFAULT '',
    note text NOT NULL DEFAULT '',
    checked_at timestamptz,
    UNIQUE (transaction, fingerprint),
    CHECK (state IN ('unverified', 'verified', 'failed'))
);

CREATE TABLE meter_key (
    id bigserial PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    evse integer NOT NULL,
    public_key text NOT NULL,
    label varchar(100) NOT NULL DEFAULT '',
    changed_at timestamptz NOT NULL,
    UNIQUE (station, evse)
);
