"""Operator companies and how they look."""
