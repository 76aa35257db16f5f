"""The public status page of an operator: which places work, and how they did lately."""
