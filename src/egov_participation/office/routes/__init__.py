"""Pages: entering the office, what awaits an official there, the audit trail, jobs that were given up."""

from egov_participation.office.routes.entering import routes as entering_routes
from egov_participation.office.routes.front import routes as front_routes
from egov_participation.office.routes.jobs import routes as jobs_routes
from egov_participation.office.routes.trail import routes as trail_routes

routes = [*front_routes, *entering_routes, *trail_routes, *jobs_routes]
