"""The pages of the commission, a file for each part. What has a word of its own comes before what has a uuid there."""

from egov_participation.commission.routes.deciding import routes as deciding_routes
from egov_participation.commission.routes.draft_choice import routes as draft_choice_routes
from egov_participation.commission.routes.draft_items import routes as draft_item_routes
from egov_participation.commission.routes.draft_pages import routes as draft_page_routes
from egov_participation.commission.routes.draft_preview import routes as draft_preview_routes
from egov_participation.commission.routes.draft_questions import routes as draft_question_routes
from egov_participation.commission.routes.draft_voters import routes as draft_voter_routes
from egov_participation.commission.routes.drafts import routes as draft_routes
from egov_participation.commission.routes.frozen import routes as frozen_routes
from egov_participation.commission.routes.holders import routes as holder_routes
from egov_participation.commission.routes.rehearsals import routes as rehearsal_routes
from egov_participation.commission.routes.running import routes as running_routes
from egov_participation.commission.routes.trustee_pages import routes as trustee_routes
from egov_participation.commission.routes.vote_list import routes as list_routes

routes = [
    *list_routes,
    *draft_routes,
    *draft_page_routes,
    *draft_question_routes,
    *draft_item_routes,
    *draft_choice_routes,
    *draft_voter_routes,
    *draft_preview_routes,
    *holder_routes,
    *frozen_routes,
    *deciding_routes,
    *rehearsal_routes,
    *running_routes,
    *trustee_routes,
]
