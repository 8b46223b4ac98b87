"""Pure decisions of the consultations room."""
