"""Locks between processes that use one database."""
