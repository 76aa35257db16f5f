"""Prices: OCPI tariffs, the one engine that applies them, and their storage."""
