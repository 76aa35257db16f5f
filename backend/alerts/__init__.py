"""Incidents: what needs somebody, raised by rules and closed when their condition ends."""
