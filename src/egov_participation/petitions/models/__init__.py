"""Tables of the petitions room, a file for each part of it."""

from egov_participation.petitions.models.moderation import Appeal as Appeal
from egov_participation.petitions.models.moderation import Decision as Decision
from egov_participation.petitions.models.moderation import EditLock as EditLock
from egov_participation.petitions.models.moderation import KeptText as KeptText
from egov_participation.petitions.models.moderation import Note as Note
from egov_participation.petitions.models.moderation import Wording as Wording
from egov_participation.petitions.models.answers import Mailing as Mailing
from egov_participation.petitions.models.answers import Outcome as Outcome
from egov_participation.petitions.models.petition import Happening as Happening
from egov_participation.petitions.models.petition import Petition as Petition
from egov_participation.petitions.models.petition import PetitionText as PetitionText
from egov_participation.petitions.models.petition import Supporter as Supporter
from egov_participation.petitions.models.signing import Delta as Delta
from egov_participation.petitions.models.signing import PetitionCount as PetitionCount
from egov_participation.petitions.models.signing import PetitionDay as PetitionDay
from egov_participation.petitions.models.signing import PetitionRegion as PetitionRegion
from egov_participation.petitions.models.signing import ReachedTier as ReachedTier
from egov_participation.petitions.models.signing import Signature as Signature
from egov_participation.petitions.models.signing import Subscriber as Subscriber
from egov_participation.petitions.models.states import Answer as Answer
from egov_participation.petitions.models.states import Debate as Debate
from egov_participation.petitions.models.states import State as State
