"""Who somebody is: sign-in by a mailed code, sessions, and the hand-off to the booth's origin."""
