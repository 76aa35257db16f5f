-- Service tickets have no feature behind them yet; their tables come with it.
DROP TABLE service_ticket;

DROP TABLE ticket_target;
