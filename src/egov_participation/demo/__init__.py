"""The demonstration: a believable country with a counted referendum and a vote that is open, on an embedded database.

Everything in it is made by the use cases that a real country would use, with an invented clock and invented people.
"""
