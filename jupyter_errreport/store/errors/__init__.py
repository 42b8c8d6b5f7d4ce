"""The errors themselves: stored, listed, deleted."""
