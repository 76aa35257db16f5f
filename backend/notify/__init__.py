"""Telling people: routes decide who hears of what, channels carry it, deliveries say what became of it."""
