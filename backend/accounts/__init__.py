"""People: sign-in, roles, tokens."""
