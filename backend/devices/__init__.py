"""Device models of stations: reports asked for and how they come in, variables read and changed."""
