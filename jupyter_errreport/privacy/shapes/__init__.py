"""What looks private wherever it stands: patterns, and where each is used."""
