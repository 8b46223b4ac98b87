"""What is done with open data: how each data set stands, its rows, and what feeds tell."""

from egov_participation.opendata.service.happenings import Happening, Kind, latest, of_vote
from egov_participation.opendata.service.standing import Standing, standing, standings

__all__ = ["Happening", "Kind", "Standing", "latest", "of_vote", "standing", "standings"]
