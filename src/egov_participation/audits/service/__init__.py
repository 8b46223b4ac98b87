"""Use cases of audits, a file each. Other rooms call these."""

from egov_participation.audits.service.viewing import AuditView as AuditView
from egov_participation.audits.service.viewing import of_petition as of_petition
from egov_participation.audits.service.viewing import stamp as stamp
