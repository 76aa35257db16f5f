"""German texts of the driver's pages."""

TEXTS: dict[str, str] = {}
