"""Tokens of people and keys of notebooks: pages to make and revoke them, and reports that bring none."""
