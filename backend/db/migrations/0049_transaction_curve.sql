-- What the plot of an ended session is drawn from, instead of its readings: it also outlives them.
CREATE TABLE transaction_curve (
    transaction uuid PRIMARY KEY REFERENCES transaction ON DELETE CASCADE,
    meter_start_wh bigint,
    points jsonb NOT NULL,
    states jsonb NOT NULL,
    left_out integer NOT NULL
);
