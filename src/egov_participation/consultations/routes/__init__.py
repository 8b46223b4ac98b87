"""Pages, forms and data of consultations."""

from egov_participation.consultations.routes.comment_data import routes as comment_data_routes
from egov_participation.consultations.routes.comment_office import routes as comment_office_routes
from egov_participation.consultations.routes.commenting import routes as commenting_routes
from egov_participation.consultations.routes.comments import routes as comment_routes
from egov_participation.consultations.routes.complaints import routes as complaint_routes
from egov_participation.consultations.routes.data import routes as data_routes
from egov_participation.consultations.routes.lists import routes as list_routes
from egov_participation.consultations.routes.office_changes import routes as office_change_routes
from egov_participation.consultations.routes.office_correcting import routes as office_correction_routes
from egov_participation.consultations.routes.office_drafts import routes as office_draft_routes
from egov_participation.consultations.routes.office_pairs import routes as office_pair_routes
from egov_participation.consultations.routes.office_proposals import routes as office_proposal_routes
from egov_participation.consultations.routes.office_running import routes as office_running_routes
from egov_participation.consultations.routes.office_texts import routes as office_text_routes
from egov_participation.consultations.routes.own_comments import routes as own_comment_routes
from egov_participation.consultations.routes.papers import routes as paper_routes
from egov_participation.consultations.routes.reading import routes as reading_routes
from egov_participation.consultations.routes.replies import routes as reply_routes
from egov_participation.consultations.routes.reports import routes as report_routes
from egov_participation.consultations.routes.sending import routes as sending_routes

# A consultation's own page stands last: its address fits those of others.
routes = [
    *report_routes,
    *reply_routes,
    *office_running_routes,
    *office_change_routes,
    *office_pair_routes,
    *office_correction_routes,
    *office_proposal_routes,
    *office_draft_routes,
    *list_routes,
    *data_routes,
    *comment_data_routes,
    *paper_routes,
    *comment_office_routes,
    *commenting_routes,
    *sending_routes,
    *own_comment_routes,
    *comment_routes,
    *complaint_routes,
    *reading_routes,
    # A text's address fits those of what is done with its version.
    *office_text_routes,
]
