"""Locations, charging stations, connectors, their configuration, and commands to them."""
