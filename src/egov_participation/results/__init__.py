"""Charts of what was counted: drawn once, shown inline in every language, with their numbers beside them."""
