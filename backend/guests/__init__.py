"""Guests: a code on the connector, a light page, no app and no account."""
