"""OCPP 1.6J: its words stay in this package."""
