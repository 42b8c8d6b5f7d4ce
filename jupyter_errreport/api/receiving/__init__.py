"""Events on their way in: checked, masked, and handed to the database."""
