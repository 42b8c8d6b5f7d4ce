"""Alembic's folder: `versions` holds one file a change, `env.py` runs them on the connection it is given."""
