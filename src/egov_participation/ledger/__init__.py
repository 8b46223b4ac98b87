"""The transparency log: what is entered in it, in which order, and how it is published."""
