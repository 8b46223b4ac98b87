"""Public consultations on draft regulations: every comment has its place in the text, and is owed an answer."""
