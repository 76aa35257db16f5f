"""Service tickets: an incident sent to whoever repairs it, and what they answer."""
