"""The front page and the pages that explain: what is open, what came of it, help, and what is coming."""
