-- What drivers say is wrong at a charger. A person has at most one open report about a connector.

CREATE TABLE driver_report (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    connector uuid NOT NULL REFERENCES connector ON DELETE CASCADE,
    reporter varchar(80) NOT NULL,
    account uuid REFERENCES account ON DELETE CASCADE,
    kind varchar(20) NOT NULL,
    words varchar(500) NOT NULL DEFAULT '',
    there boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL,
    incident uuid REFERENCES incident ON DELETE SET NULL,
    state varchar(10) NOT NULL DEFAULT 'open',
    settled_at timestamptz,
    CHECK (state IN ('open', 'mended', 'charged', 'expired'))
);

CREATE UNIQUE INDEX driver_report_open ON driver_report (connector, reporter) WHERE state = 'open';
CREATE INDEX driver_report_tenant ON driver_report (tenant);
CREATE INDEX driver_report_station ON driver_report (station, at DESC);
CREATE INDEX driver_report_connector ON driver_report (connector);
CREATE INDEX driver_report_account ON driver_report (account);
CREATE INDEX driver_report_incident ON driver_report (incident);
CREATE INDEX driver_report_reporter ON driver_report (reporter, at);
