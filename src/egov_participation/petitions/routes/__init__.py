"""Pages, forms and data of petitions."""

from egov_participation.web.routing import RouteSpec

routes: list[RouteSpec] = []
