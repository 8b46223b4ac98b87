"""Pages, forms and data of consultations."""

from starlette.routing import BaseRoute

routes: list[BaseRoute] = []
