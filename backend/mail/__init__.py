"""E-mail that leaves the house: written down with the fact that causes it, delivered by a job."""
