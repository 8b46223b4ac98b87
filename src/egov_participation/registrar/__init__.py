"""The registrar: who is who, who holds which credential. Nothing else reads its tables."""
