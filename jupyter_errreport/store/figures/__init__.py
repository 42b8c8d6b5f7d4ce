"""What is counted while errors arrive, so that no page has to."""
