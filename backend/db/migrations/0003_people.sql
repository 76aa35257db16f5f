-- Who closed an incident, and passwords that somebody else made: they are good for a few days only.
ALTER TABLE incident ADD COLUMN closed_by uuid REFERENCES account ON DELETE SET NULL;
CREATE INDEX incident_closed_by ON incident (closed_by);

ALTER TABLE account ADD COLUMN password_expires_at timestamptz;
CREATE INDEX account_tenant_role_name ON account (tenant, role, name);
