"""What a petition may be, a file for each part: pure functions and tables."""
