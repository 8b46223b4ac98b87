"""Use cases of the notices room, a file each: sending, how a person wants to be written to, what comes back."""

from egov_participation.notices.kinds import NoticeKind as NoticeKind
from egov_participation.notices.kinds import Param as Param
from egov_participation.notices.kinds import Phrase as Phrase
from egov_participation.notices.kinds import notice as notice
from egov_participation.notices.rules import quiet_moment as quiet_moment
from egov_participation.notices.service.bounces import Standing as Standing
from egov_participation.notices.service.bounces import bouncing as bouncing
from egov_participation.notices.service.bounces import failure as failure
from egov_participation.notices.service.bounces import note_failure as note_failure
from egov_participation.notices.service.bounces import standing as standing
from egov_participation.notices.service.bounces import try_again as try_again
from egov_participation.notices.service.preferences import Choice as Choice
from egov_participation.notices.service.preferences import Recipient as Recipient
from egov_participation.notices.service.preferences import always as always
from egov_participation.notices.service.preferences import choices as choices
from egov_participation.notices.service.preferences import choose as choose
from egov_participation.notices.service.preferences import forget as forget
from egov_participation.notices.service.preferences import opened as opened
from egov_participation.notices.service.preferences import recipient as recipient
from egov_participation.notices.service.sending import SEND as SEND
from egov_participation.notices.service.sending import SEND_QUIETLY as SEND_QUIETLY
from egov_participation.notices.service.sending import compose as compose
from egov_participation.notices.service.sending import deliver as deliver
from egov_participation.notices.service.sending import notify as notify
from egov_participation.notices.service.sending import send as send
from egov_participation.notices.service.sending import write as write
