"""Who is entrusted with what: roles, granted by two people."""
