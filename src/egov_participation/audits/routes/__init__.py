"""Pages of audits: the public's, and the auditors'."""

from egov_participation.audits.routes.office import routes as office_routes
from egov_participation.audits.routes.public import routes as public_routes

routes = [*office_routes, *public_routes]
