"""The one careful way to ask a server: what is asked, over which connection, and what is read of an answer."""
