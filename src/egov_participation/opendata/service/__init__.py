"""What is done with open data: how each data set stands, its rows, and what feeds tell."""

from egov_participation.opendata.service.happenings import Happening, Kind, latest, of_vote
from egov_participation.opendata.service.standing import Standing, log_of_type, standing, standings

__all__ = ["Happening", "Kind", "Standing", "latest", "log_of_type", "of_vote", "standing", "standings"]
