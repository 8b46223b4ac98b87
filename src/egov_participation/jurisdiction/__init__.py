"""What the law of a place fixes: its territories, with their populations, and which days count."""
