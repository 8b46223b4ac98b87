"""Petitions: written by citizens, reviewed, signed, counted so that anyone can recount, answered by who owes it."""
