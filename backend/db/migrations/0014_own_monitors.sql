-- Monitors that were set from here go when a station returns to those of its maker.

ALTER TABLE station_monitor ADD COLUMN own boolean NOT NULL DEFAULT false;
