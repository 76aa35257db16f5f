"""The books: payments and debts listed, locations settled, bills and money reconciled each day."""
