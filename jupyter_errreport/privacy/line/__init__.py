"""What leaves of a cell's first line: code, comments, shell words, other languages."""
