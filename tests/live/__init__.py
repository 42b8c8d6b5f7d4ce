"""The live leak suite: real failures in real libraries, with planted values that must not leave."""
