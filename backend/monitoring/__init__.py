"""What stations watch of themselves, the events they tell, and what they keep of customers (block N of 2.0.1)."""
