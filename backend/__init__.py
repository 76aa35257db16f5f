"""Wattline's backend: OCPP central system, API, payments, jobs."""
