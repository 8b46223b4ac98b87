"""The routes of the observers' portal."""

from egov_participation.observe.routes.api import routes as api_routes
from egov_participation.observe.routes.entries import routes as entry_routes

routes = [*entry_routes, *api_routes]
