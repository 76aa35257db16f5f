-- Commands that wait for a station, and what operators say of messages that fit nothing.

ALTER TABLE station_command ADD COLUMN command jsonb;
ALTER TABLE station_command ADD COLUMN expires_at timestamptz;
CREATE INDEX station_command_queued ON station_command (station, at) WHERE state = 'queued';

ALTER TABLE transaction_message ADD COLUMN report jsonb;
ALTER TABLE transaction_message ADD COLUMN resolution varchar(10) NOT NULL DEFAULT '';
ALTER TABLE transaction_message ADD COLUMN resolution_note varchar(200) NOT NULL DEFAULT '';
ALTER TABLE transaction_message ADD COLUMN resolved_by uuid REFERENCES account ON DELETE SET NULL;
ALTER TABLE transaction_message ADD COLUMN resolved_at timestamptz;
CREATE INDEX transaction_message_resolved_by ON transaction_message (resolved_by);
CREATE INDEX transaction_message_quarantine ON transaction_message (station, id)
    WHERE transaction IS NULL OR resolution <> '';
