"""The routes of open data: the page, the files, the feeds, and the description of all that machines read."""

from egov_participation.opendata.routes.consultation_feeds import routes as consultation_feed_routes
from egov_participation.opendata.routes.description import routes as description_routes
from egov_participation.opendata.routes.feeds import routes as feed_routes
from egov_participation.opendata.routes.files import routes as file_routes
from egov_participation.opendata.routes.page import routes as page_routes
from egov_participation.opendata.routes.petition_feeds import routes as petition_feed_routes

routes = [
    *page_routes,
    *file_routes,
    *feed_routes,
    *petition_feed_routes,
    *consultation_feed_routes,
    *description_routes,
]
