"""Pages of drivers."""
