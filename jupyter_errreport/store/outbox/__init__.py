"""What is still to be passed on or told, to whom, and what became of it."""
