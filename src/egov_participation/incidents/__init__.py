"""Incidents of votes: what voters and others report, and what the commission answers in public."""
