-- Certificates, and how a station proves who it is.
SELECT 1;
