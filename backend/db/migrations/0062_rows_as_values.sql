-- Rows that come by the hundred travel as one array of these: a list for each column costs both sides far more.
CREATE TYPE reading_row AS (
    transaction uuid,
    at timestamptz,
    energy_wh bigint,
    power_w int,
    soc_percent int,
    current_a numeric,
    voltage_v numeric,
    charging_state text,
    context text,
    trusted bool,
    phase_voltages float8[],
    phase_currents float8[],
    offered_w int
);
CREATE TYPE followed_row AS (
    id uuid,
    charging_state text,
    meter_start_wh bigint,
    meter_last_wh bigint,
    meter_last_at timestamptz,
    energy_wh bigint,
    power_w int,
    max_power_w int,
    soc_percent int,
    seq_no_last int,
    flags text,
    version xid,
    station uuid,
    mark text,
    seq_no int,
    at timestamptz
);
