"""How 2.0.1 stations reach us: network connection profiles."""
