"""What drivers say is wrong at a charger, and what becomes of it."""
