"""What the code that raised can say: its string expressions, and what it defines."""
