"""German texts of the operator's overview and station pages."""

TEXTS: dict[str, str] = {}
