"""The service centre's desk: what an operator does for a person who is present."""
