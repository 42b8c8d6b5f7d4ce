"""Who may report for which notebook: keys of notebooks, what came without one, and the list of all tokens."""
