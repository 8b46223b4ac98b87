"""A platform for verifiable votes, petitions and consultations."""
