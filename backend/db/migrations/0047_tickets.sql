-- Service partners, and the tickets they get about incidents.

CREATE TABLE service_partner (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE RESTRICT,
    name varchar(100) NOT NULL,
    kind varchar(10) NOT NULL,
    address varchar(500) NOT NULL,
    secret varchar(100) NOT NULL,
    locations jsonb NOT NULL DEFAULT '[]',
    created_at timestamptz NOT NULL DEFAULT now(),
    removed_at timestamptz,
    CHECK (kind IN ('email', 'webhook'))
);

CREATE INDEX service_partner_tenant ON service_partner (tenant);

CREATE TABLE service_ticket (
    id uuid PRIMARY KEY,
    number bigserial NOT NULL UNIQUE,
    incident uuid NOT NULL REFERENCES incident ON DELETE CASCADE,
    partner uuid REFERENCES service_partner ON DELETE SET NULL,
    partner_name varchar(100) NOT NULL,
    kind varchar(10) NOT NULL,
    address varchar(500) NOT NULL,
    account uuid REFERENCES account ON DELETE SET NULL,
    mail uuid REFERENCES mail ON DELETE SET NULL,
    state varchar(12) NOT NULL DEFAULT 'queued',
    note text NOT NULL DEFAULT '',
    answer text NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL,
    sent_at timestamptz,
    acknowledged_at timestamptz,
    ended_at timestamptz,
    CHECK (state IN ('queued', 'sent', 'acknowledged', 'done', 'declined', 'failed'))
);

CREATE INDEX service_ticket_incident ON service_ticket (incident);
CREATE INDEX service_ticket_partner ON service_ticket (partner);
CREATE INDEX service_ticket_account ON service_ticket (account);
CREATE INDEX service_ticket_mail ON service_ticket (mail);
CREATE INDEX service_ticket_created_at ON service_ticket (created_at DESC, id DESC);
CREATE UNIQUE INDEX service_ticket_live ON service_ticket (incident, partner)
    WHERE state IN ('queued', 'sent', 'acknowledged');
