"""People's accounts: who somebody is by the word of a JupyterHub or an OpenID provider, and what they may do."""
