"""Use cases of the roles room, a file each: what is held, and what two administrators decide about it."""

from egov_participation.roles.agencies import AGENCIES as AGENCIES
from egov_participation.roles.agencies import Agency as Agency
from egov_participation.roles.models import Grant as Grant
from egov_participation.roles.service.decisions import END as END
from egov_participation.roles.service.decisions import GRANT as GRANT
from egov_participation.roles.service.decisions import GRANTED as GRANTED
from egov_participation.roles.service.decisions import appoint as appoint
from egov_participation.roles.service.decisions import object_of as object_of
from egov_participation.roles.service.decisions import propose_end as propose_end
from egov_participation.roles.service.decisions import propose_grant as propose_grant
from egov_participation.roles.service.decisions import role_in_words as role_in_words
from egov_participation.roles.service.decisions import standing_grant as standing_grant
from egov_participation.roles.service.grants import LOCK as LOCK
from egov_participation.roles.service.grants import Held as Held
from egov_participation.roles.service.grants import administrators as administrators
from egov_participation.roles.service.grants import grant as grant
from egov_participation.roles.service.grants import held as held
from egov_participation.roles.service.grants import held_with as held_with
from egov_participation.roles.service.grants import is_entrusted as is_entrusted
from egov_participation.roles.service.grants import standing as standing
from egov_participation.roles.service.telling import PROPOSED as PROPOSED
from egov_participation.roles.service.ways import Way as Way
from egov_participation.roles.service.ways import ways as ways
from egov_participation.roles.service.ways import ways_from as ways_from
