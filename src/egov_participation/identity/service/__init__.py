"""Use cases of the identity room, a file each: signing in, sessions, the hand-off to the booth's origin."""

from egov_participation.identity.rules import Purpose as Purpose
from egov_participation.identity.rules import is_fresh as is_fresh
from egov_participation.identity.service.handoff import Entered as Entered
from egov_participation.identity.service.handoff import create_handoff as create_handoff
from egov_participation.identity.service.handoff import redeem_handoff as redeem_handoff
from egov_participation.identity.service.mailbox import latest_mails as latest_mails
from egov_participation.identity.service.sessions import SessionView as SessionView
from egov_participation.identity.service.sessions import list_sessions as list_sessions
from egov_participation.identity.service.sessions import load_session as load_session
from egov_participation.identity.service.sessions import revoke as revoke
from egov_participation.identity.service.sessions import revoke_others as revoke_others
from egov_participation.identity.service.sessions import sign_out as sign_out
from egov_participation.identity.service.signin import Refused as Refused
from egov_participation.identity.service.signin import SignedIn as SignedIn
from egov_participation.identity.service.signin import another_code as another_code
from egov_participation.identity.service.signin import begin as begin
from egov_participation.identity.service.signin import enter_code as enter_code
from egov_participation.identity.service.signin import is_waiting as is_waiting
from egov_participation.identity.service.signin import purge as purge
from egov_participation.identity.service.signin import send_code as send_code
