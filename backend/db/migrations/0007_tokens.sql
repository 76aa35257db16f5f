-- Groups, local lists and reservations.
SELECT 1;
