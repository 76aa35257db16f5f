-- Letters that leave by a job, and what became of them.

CREATE TABLE mail (
    id uuid PRIMARY KEY,
    tenant uuid REFERENCES tenant ON DELETE RESTRICT,
    recipient varchar(254) NOT NULL,
    sender_name varchar(100) NOT NULL DEFAULT '',
    reply_to varchar(254) NOT NULL DEFAULT '',
    subject varchar(250) NOT NULL,
    body_text text NOT NULL,
    body_html text NOT NULL DEFAULT '',
    attachments jsonb NOT NULL DEFAULT '[]',
    state varchar(10) NOT NULL,
    error text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    settled_at timestamptz,
    CHECK (state IN ('queued', 'sent', 'failed', 'unsent'))
);

CREATE INDEX mail_tenant ON mail (tenant);
CREATE INDEX mail_created_at ON mail (created_at);
