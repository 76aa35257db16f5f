"""The database: the engine, the embedded server, the tables and the migrations."""
