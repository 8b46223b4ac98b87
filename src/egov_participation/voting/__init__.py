"""Votes: from the setup file to a result that other people's software verifies."""
