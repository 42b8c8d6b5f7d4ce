"""The cells that authors publish, in which readers' errors are shown."""
