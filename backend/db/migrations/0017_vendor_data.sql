-- Messages of vendors (DataTransfer): what came and went, and which vendors an operator knows.
CREATE TABLE vendor_data (
    id bigserial PRIMARY KEY,
    station uuid NOT NULL REFERENCES charging_station ON DELETE CASCADE,
    at timestamptz NOT NULL,
    direction varchar(3) NOT NULL,
    vendor_id varchar(255) NOT NULL,
    message_id varchar(50) NOT NULL DEFAULT '',
    data text NOT NULL DEFAULT '',
    status varchar(20) NOT NULL,
    answer text NOT NULL DEFAULT ''
);
CREATE INDEX vendor_data_station ON vendor_data (station, id);

CREATE TABLE known_vendor (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    tenant uuid NOT NULL REFERENCES tenant ON DELETE CASCADE,
    vendor_id varchar(255) NOT NULL,
    message_ids jsonb NOT NULL DEFAULT '[]',
    UNIQUE (tenant, vendor_id)
);
