"""The lists of tokens that stations keep for when nobody can be asked."""
