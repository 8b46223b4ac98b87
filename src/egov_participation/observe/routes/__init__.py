"""The routes of the observers' portal."""

from egov_participation.observe.routes.api import routes as api_routes
from egov_participation.observe.routes.entries import routes as entry_routes
from egov_participation.observe.routes.front import routes as front_routes
from egov_participation.observe.routes.how import routes as how_routes
from egov_participation.observe.routes.receipt import routes as receipt_routes

routes = [*front_routes, *entry_routes, *receipt_routes, *how_routes, *api_routes]
