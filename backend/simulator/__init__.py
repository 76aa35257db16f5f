"""Stations and cars that don't exist, as real OCPP clients: for the demo, for tests, for any central system."""
