"""Use cases of consultations, a file for each."""

# The kinds of mails are to be known wherever the room is.
from egov_participation.consultations.service import office_letters as office_letters
