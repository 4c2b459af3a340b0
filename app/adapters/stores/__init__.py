"""The append-only log, documents and tokens in a database, through SQLAlchemy Core."""
