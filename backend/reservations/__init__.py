"""Outlets held for people who are on their way."""
