"""Trusted meters: signed values checked, and handed to the driver for a check of their own."""
