"""Payments: reserved before a session, captured after it, released when nothing happened."""
