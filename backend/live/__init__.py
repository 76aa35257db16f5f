"""Live screens: a snapshot of a topic, then what changes, over one WebSocket."""
