"""Power: what stations may draw, what they were told, and what that comes to."""
