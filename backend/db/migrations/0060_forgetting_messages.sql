-- Messages come in the order of time: a few pages of summary find the old ones.
CREATE INDEX transaction_message_received ON transaction_message USING brin (received_at);
