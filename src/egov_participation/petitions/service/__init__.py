"""Use cases of the petitions room, a file each. Other rooms call what is here and nothing below."""

from egov_participation.petitions.service.lifecycle import change as change
from egov_participation.petitions.service.lifecycle import happened as happened
from egov_participation.petitions.service.lookup import locked as locked
from egov_participation.petitions.service.lookup import no_petition as no_petition
