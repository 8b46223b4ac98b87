"""Pages, forms and data of petitions."""

from egov_participation.petitions.routes.answers import routes as answer_routes
from egov_participation.petitions.routes.data import routes as data_routes
from egov_participation.petitions.routes.lists import routes as list_routes
from egov_participation.petitions.routes.outcomes import routes as outcome_routes
from egov_participation.petitions.routes.public import routes as public_routes

# A petition's own page stands last: its address fits those of others, such as /petitions/new.
routes = [*answer_routes, *outcome_routes, *list_routes, *data_routes, *public_routes]
