"""Certificates of stations: their own, the roots they trust, and the authority that signs."""
