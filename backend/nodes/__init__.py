"""The processes of one Wattline: who runs, who has died, and what one that stops owes its stations."""
