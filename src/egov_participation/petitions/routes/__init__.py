"""Pages, forms and data of petitions."""

from egov_participation.petitions.routes.answers import routes as answer_routes
from egov_participation.petitions.routes.data import routes as data_routes
from egov_participation.petitions.routes.decisions import routes as decision_routes
from egov_participation.petitions.routes.drafts import routes as draft_routes
from egov_participation.petitions.routes.endings import routes as ending_routes
from egov_participation.petitions.routes.integrity import routes as integrity_routes
from egov_participation.petitions.routes.invalidations import routes as invalidation_routes
from egov_participation.petitions.routes.lists import routes as list_routes
from egov_participation.petitions.routes.mine import routes as own_routes
from egov_participation.petitions.routes.moderation import routes as moderation_routes
from egov_participation.petitions.routes.outcomes import routes as outcome_routes
from egov_participation.petitions.routes.paper import routes as paper_routes
from egov_participation.petitions.routes.pressure import routes as pressure_routes
from egov_participation.petitions.routes.public import routes as public_routes
from egov_participation.petitions.routes.rules_page import routes as rules_routes
from egov_participation.petitions.routes.signatures import routes as signature_routes
from egov_participation.petitions.routes.signing import routes as signing_routes
from egov_participation.petitions.routes.supporting import routes as support_routes
from egov_participation.petitions.routes.writing import routes as writing_routes
from egov_participation.petitions.routes.writing_languages import routes as language_routes

# A petition's own page stands last: its address fits those of others, such as /petitions/new.
routes = [
    *signing_routes,
    *signature_routes,
    *pressure_routes,
    *paper_routes,
    *integrity_routes,
    *invalidation_routes,
    *ending_routes,
    *writing_routes,
    *language_routes,
    *draft_routes,
    *support_routes,
    *own_routes,
    *moderation_routes,
    *decision_routes,
    *answer_routes,
    *outcome_routes,
    *list_routes,
    *data_routes,
    *rules_routes,
    *public_routes,
]
