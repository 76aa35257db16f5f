"""Firmware, logs, and what stations say of their security."""
