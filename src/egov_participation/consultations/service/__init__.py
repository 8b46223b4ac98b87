"""Use cases of consultations, a file for each."""
