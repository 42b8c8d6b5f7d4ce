"""The central collector: one process, one port, one database, for the errors of many notebooks."""
