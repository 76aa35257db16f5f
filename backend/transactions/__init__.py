"""Charging sessions, from the tap on Start to the bill."""
