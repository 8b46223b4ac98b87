"""Pages, files and data of votes, on the main site and on the booth's."""

from egov_participation.voting.routes.api import routes as data_routes
from egov_participation.voting.routes.archive import routes as archive_routes
from egov_participation.voting.routes.booth import routes as booth_routes
from egov_participation.voting.routes.entering import routes as entering_routes
from egov_participation.voting.routes.public import routes as public_routes
from egov_participation.voting.routes.source import routes as source_routes
from egov_participation.voting.routes.trustees import routes as trustee_routes

routes = [
    *public_routes, *entering_routes, *trustee_routes, *archive_routes, *source_routes, *data_routes, *booth_routes
]  # fmt: skip
