"""An event as rows: what is stored and searched of it, what readers say of it, which of them a list is about."""
