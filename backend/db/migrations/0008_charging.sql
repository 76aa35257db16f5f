-- Charging profiles, messages on screens.
SELECT 1;
