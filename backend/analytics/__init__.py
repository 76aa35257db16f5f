"""What the network did: the operator's overview, key figures by day and site."""
