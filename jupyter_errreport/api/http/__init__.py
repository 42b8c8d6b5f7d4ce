"""What any resource does with a request and an answer: read, check, refuse, list, show."""
