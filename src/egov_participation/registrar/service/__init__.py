"""Use cases of the registrar, a file each, and the registrar put together (`LocalRegistrar`)."""

from egov_participation.registrar.service.local import LocalRegistrar as LocalRegistrar
from egov_participation.registrar.service.local import in_process as in_process
from egov_participation.registrar.service.mails import CREDENTIAL_SHOWN as CREDENTIAL_SHOWN
from egov_participation.registrar.service.mails import PASSKEY_KNOWN as PASSKEY_KNOWN
from egov_participation.registrar.service.means import Means as Means
from egov_participation.registrar.service.means import Residents as Residents
from egov_participation.registrar.service.telling import tell_enrolled as tell_enrolled
