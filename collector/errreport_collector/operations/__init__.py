"""The routes for those who keep a collector running."""
