"""Messages to the contact centre, and the help pages' form that sends them."""
