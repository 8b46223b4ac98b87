"""Files of ranked ballots, of other programs and for them."""
