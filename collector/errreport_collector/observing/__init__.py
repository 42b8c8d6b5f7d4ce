"""What an operator's monitoring wants to know of a collector, counted and asked where it happens."""
