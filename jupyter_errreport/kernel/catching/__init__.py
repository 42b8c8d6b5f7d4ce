"""What the hook consists of: where it stands in between, and what it makes of what it sees there."""
