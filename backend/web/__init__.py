"""What every route shares: problems, pages, idempotency, the API's own page."""
