"""The demonstration: a believable country with a counted, a closed and an open vote, and a commission at work.

It has an embedded database. Everything in it is made by the use cases that a real country would use, with an invented
clock and invented people.
"""
