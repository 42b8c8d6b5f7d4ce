"""What people's assistants may read of a collector: a server of the Model Context Protocol, which changes nothing.

Needs the extra `[mcp]`. It is started by `jupyter errreport mcp`, and talks over its standard input and output.
"""
