"""What the database says of a value that no column holds: a number beyond its bits, a time beyond its years."""

import asyncpg

Unstorable: type[Exception] = asyncpg.DataError
