"""What the files of an installed library hold: words of messages that nobody listed, names of classes that C made."""
