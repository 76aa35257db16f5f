"""Configuration templates: what stations should be set to, and where they differ."""
