-- Who runs on this database: a lease each, renewed every few moments. Times are the database's own.
CREATE TABLE node (
    name varchar(64) PRIMARY KEY,
    instance uuid NOT NULL,
    roles varchar(40) NOT NULL,
    connections integer NOT NULL DEFAULT 0,
    stations integer NOT NULL DEFAULT 0,
    draining boolean NOT NULL DEFAULT false,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now()
);

-- Which of two sockets of a station is the newer one, whatever node holds them.
CREATE SEQUENCE connection_epoch;
ALTER TABLE charging_station ADD COLUMN connection_epoch bigint NOT NULL DEFAULT 0;
