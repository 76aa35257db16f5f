-- Components of one station have incidents of their own: what one says ends nothing of another.

ALTER TABLE incident ADD COLUMN part varchar(200) NOT NULL DEFAULT '';

UPDATE incident SET part = left((evidence ->> 'component') || '/' || (evidence ->> 'variable'), 200)
    WHERE rule = 'device_event' AND state <> 'closed' AND evidence ? 'component' AND evidence ? 'variable';

DROP INDEX incident_open;
CREATE UNIQUE INDEX incident_open ON incident (tenant, location, station, connector, part, rule) NULLS NOT DISTINCT
    WHERE state <> 'closed';
