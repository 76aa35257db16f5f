"""Pages that drivers and operators share."""
