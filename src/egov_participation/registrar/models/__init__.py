"""The registrar's tables. They stand in a database of its own: they refer to nobody else's, and nobody reads them.

Whom a row is about, a keyed hash says (`Vault`): a copy of the database alone tells neither whose a credential is, nor
who was on a roll, nor who proved anything when, nor who signed what.
"""

from egov_participation.registrar.models.base import RegistrarTable as RegistrarTable
from egov_participation.registrar.models.petitions import Attested as Attested
from egov_participation.registrar.models.petitions import AuditQuestion as AuditQuestion
from egov_participation.registrar.models.petitions import KeyedPetition as KeyedPetition
from egov_participation.registrar.models.petitions import OpenedSample as OpenedSample
from egov_participation.registrar.models.votes import Asked as Asked
from egov_participation.registrar.models.votes import CodeCount as CodeCount
from egov_participation.registrar.models.votes import EnrolledKey as EnrolledKey
from egov_participation.registrar.models.votes import Outgoing as Outgoing
from egov_participation.registrar.models.votes import Release as Release
from egov_participation.registrar.models.votes import RolledVote as RolledVote
from egov_participation.registrar.models.votes import RollEntry as RollEntry
from egov_participation.registrar.models.votes import RollState as RollState
from egov_participation.registrar.models.votes import WrongAnswer as WrongAnswer
