"""What tests share that isn't a fixture."""
