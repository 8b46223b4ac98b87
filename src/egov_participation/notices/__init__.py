"""Mails to people: their texts in three languages, what they can be spared, and what came back."""
