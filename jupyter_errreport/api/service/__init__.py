"""What the handlers need of the server that they run in."""
