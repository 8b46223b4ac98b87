"""Pages, files and data of votes, on the main site and on the booth's."""

from egov_participation.voting.routes.api import routes as data_routes
from egov_participation.voting.routes.archive import routes as archive_routes
from egov_participation.voting.routes.booth import routes as booth_routes
from egov_participation.voting.routes.entering import routes as entering_routes
from egov_participation.voting.routes.evidence import routes as evidence_routes
from egov_participation.voting.routes.incidents import routes as incident_routes
from egov_participation.voting.routes.mine import routes as own_routes
from egov_participation.voting.routes.offline import routes as offline_routes
from egov_participation.voting.routes.past import routes as past_routes
from egov_participation.voting.routes.proving import routes as proving_routes
from egov_participation.voting.routes.public import routes as public_routes
from egov_participation.voting.routes.result import routes as result_routes
from egov_participation.voting.routes.setup import routes as setup_routes
from egov_participation.voting.routes.source import routes as source_routes
from egov_participation.voting.routes.trustees import routes as trustee_routes

routes = [
    *past_routes, *public_routes, *result_routes, *own_routes, *incident_routes, *offline_routes, *entering_routes,
    *proving_routes, *trustee_routes, *archive_routes, *setup_routes, *evidence_routes, *source_routes,
    *data_routes, *booth_routes,
]  # fmt: skip
