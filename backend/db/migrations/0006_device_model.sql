-- Variables with all they are, monitors, events and reports.
SELECT 1;
