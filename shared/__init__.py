"""The contract between the app and the backend: msgspec structs and enums, nothing that does I/O."""
