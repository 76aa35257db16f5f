-- Messages on the screens of stations.

CREATE SEQUENCE display_request AS integer CYCLE;

CREATE TABLE display_message (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    number integer NOT NULL,
    priority varchar(20) NOT NULL,
    format varchar(10) NOT NULL,
    content text NOT NULL,
    language varchar(8) NOT NULL DEFAULT '',
    state varchar(20) NOT NULL DEFAULT '',
    begins_at timestamptz,
    ends_at timestamptz,
    transaction_ref varchar(36) NOT NULL DEFAULT '',
    request_id integer,
    updated_at timestamptz NOT NULL DEFAULT now(),
    UNIQUE (station, number)
);
