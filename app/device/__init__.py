"""What a device can do, each with a fallback where it can't."""
