"""The OCPP central system: sockets, messages of both versions, and the way to the services."""
