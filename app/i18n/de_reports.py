"""German texts of the operator's sessions, incidents, analytics and settings."""

TEXTS: dict[str, str] = {}
