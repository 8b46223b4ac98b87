"""Pages: signing in and out, how one signs in, one's own data and sessions, the booth's door, the demo's mailbox."""

from egov_participation.identity.routes.demo import routes as demo_routes
from egov_participation.identity.routes.handoff import routes as handoff_routes
from egov_participation.identity.routes.me import routes as me_routes
from egov_participation.identity.routes.openid import routes as openid_routes
from egov_participation.identity.routes.passkeys import routes as passkey_routes
from egov_participation.identity.routes.personal import routes as personal_routes
from egov_participation.identity.routes.security import routes as security_routes
from egov_participation.identity.routes.signin import routes as signin_routes

routes = [
    *signin_routes,
    *passkey_routes,
    *openid_routes,
    *security_routes,
    *me_routes,
    *personal_routes,
    *handoff_routes,
    *demo_routes,
]
