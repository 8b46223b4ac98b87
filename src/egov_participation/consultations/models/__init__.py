"""Tables of the consultations room, a file for each part of it."""

from egov_participation.consultations.models.comments import Comment as Comment
from egov_participation.consultations.models.comments import CommentDraft as CommentDraft
from egov_participation.consultations.models.comments import CommentEdit as CommentEdit
from egov_participation.consultations.models.comments import CommentFile as CommentFile
from egov_participation.consultations.models.comments import CommentPlacement as CommentPlacement
from egov_participation.consultations.models.comments import CommentSupport as CommentSupport
from egov_participation.consultations.models.comments import Redaction as Redaction
from egov_participation.consultations.models.consultation import Consultation as Consultation
from egov_participation.consultations.models.consultation import ConsultationHappening as ConsultationHappening
from egov_participation.consultations.models.consultation import ConsultationPaper as ConsultationPaper
from egov_participation.consultations.models.consultation import ConsultationText as ConsultationText
from egov_participation.consultations.models.replies import Reply as Reply
from egov_participation.consultations.models.replies import ReplyTo as ReplyTo
from egov_participation.consultations.models.replies import Report as Report
from egov_participation.consultations.models.states import AmendmentKind as AmendmentKind
from egov_participation.consultations.models.states import Capacity as Capacity
from egov_participation.consultations.models.states import Change as Change
from egov_participation.consultations.models.states import Placed as Placed
from egov_participation.consultations.models.states import Shown as Shown
from egov_participation.consultations.models.states import Stance as Stance
from egov_participation.consultations.models.states import State as State
from egov_participation.consultations.models.states import Verdict as Verdict
from egov_participation.consultations.models.versions import Expression as Expression
from egov_participation.consultations.models.versions import Provision as Provision
from egov_participation.consultations.models.versions import ProvisionChange as ProvisionChange
from egov_participation.consultations.models.versions import Version as Version
