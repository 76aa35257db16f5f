"""The demo: a small network in one city with a past, and everything that one command starts."""
