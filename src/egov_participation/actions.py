"""Who may do what: the roles, the actions, and the table between them.

Every route names one action (`web.routing`), and whoever does something on a room's behalf says which action it was
(`audit`). Two people are needed where `Rule.four_eyes` says so (`approvals`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from http import HTTPStatus
from typing import Final

from egov_participation.errors import DomainError
from egov_participation.i18n import N_


class Role(StrEnum):
    """What somebody is entrusted with. Everybody in the register is a citizen; the others are granted by two people."""

    CITIZEN = "citizen"
    DESK_OPERATOR = "desk-operator"
    MODERATOR = "moderator"
    MINISTRY = "ministry"
    """For one agency: the grant names it."""
    COMMISSION = "commission"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


ROLE_NAMES: Final[dict[Role, str]] = {
    Role.CITIZEN: N_("Citizen"),
    Role.DESK_OPERATOR: N_("Desk operator"),
    Role.MODERATOR: N_("Moderator"),
    Role.MINISTRY: N_("Ministry official"),
    Role.COMMISSION: N_("Commission member"),
    Role.AUDITOR: N_("Auditor"),
    Role.ADMINISTRATOR: N_("Administrator"),
}
"""What each role is called on a page: msgids, to be translated where they are shown."""


class Capacity(StrEnum):
    """What a session acts as. An official never acts as a citizen in the same session."""

    CITIZEN = "citizen"
    OFFICIAL = "official"


class Action(StrEnum):
    """What can be done, as ``subject:noun:verb``."""

    READ = "anybody:page:read"
    """A page that is the same for everybody: the session is not even looked at, so caches may keep it. Reading only."""
    VISIT = "anybody:page:visit"
    """A page or form for anybody, which may depend on their session, if they have one."""
    MANAGE_ACCOUNT = "person:account:manage"
    """One's own data, sessions and ways of signing in: whoever is signed in, as whatever."""

    VOTE = "citizen:ballot:cast"
    SIGN = "citizen:petition:sign"
    COMMENT = "citizen:draft:comment"

    ENTER_OFFICE = "official:office:enter"
    ENROL_PASSKEY = "desk:passkey:enrol"
    ACT_FOR_PERSON_PRESENT = "desk:person:act-for"
    ENTER_PAPER = "desk:paper:enter"
    ANSWER_MESSAGE = "desk:message:answer"
    REVIEW_PETITION = "moderator:petition:review"
    END_PETITION = "moderator:petition:end"
    INVALIDATE_SIGNATURES = "moderator:signature:invalidate"
    REDACT_COMMENT = "moderator:comment:redact"
    PUBLISH_DRAFT = "ministry:draft:publish"
    REPLY = "ministry:comment:reply"
    ANSWER_PETITION = "ministry:petition:answer"
    SET_UP_VOTE = "commission:vote:set-up"
    EXTEND_VOTE = "commission:vote:extend"
    CANCEL_VOTE = "commission:vote:cancel"
    PUBLISH_VOTE = "commission:vote:publish"
    ANSWER_INCIDENT = "commission:incident:answer"
    DRAW_AUDIT = "auditor:sample:draw"
    OPEN_ENTRY = "auditor:entry:open"
    READ_TRAIL = "auditor:trail:read"
    GRANT_ROLE = "administrator:role:grant"
    OPERATE = "administrator:platform:operate"


ACTION_NAMES: Final[dict[Action, str]] = {
    Action.ENTER_OFFICE: N_("Enter the office"),
    Action.ENROL_PASSKEY: N_("Enrol a passkey for a person present"),
    Action.ACT_FOR_PERSON_PRESENT: N_("Act for a person present"),
    Action.ENTER_PAPER: N_("Enter signatures on paper"),
    Action.ANSWER_MESSAGE: N_("Answer messages"),
    Action.REVIEW_PETITION: N_("Review petitions"),
    Action.END_PETITION: N_("End petitions that were open"),
    Action.INVALIDATE_SIGNATURES: N_("Invalidate signatures"),
    Action.REDACT_COMMENT: N_("Redact comments"),
    Action.PUBLISH_DRAFT: N_("Publish drafts"),
    Action.REPLY: N_("Reply to comments"),
    Action.ANSWER_PETITION: N_("Answer petitions"),
    Action.SET_UP_VOTE: N_("Set up votes"),
    Action.EXTEND_VOTE: N_("Extend votes"),
    Action.CANCEL_VOTE: N_("Cancel votes"),
    Action.PUBLISH_VOTE: N_("Publish votes"),
    Action.ANSWER_INCIDENT: N_("Answer reports of incidents"),
    Action.DRAW_AUDIT: N_("Draw a sample for an audit"),
    Action.OPEN_ENTRY: N_("Open sampled entries"),
    Action.READ_TRAIL: N_("Read the audit trail"),
    Action.GRANT_ROLE: N_("Give and end roles"),
    Action.OPERATE: N_("Look after the platform"),
}
"""What officials' actions are called on a page: msgids."""

ACT_NAMES: Final[dict[Action, str]] = {
    Action.ENTER_OFFICE: N_("Entry to the office"),
    Action.ENROL_PASSKEY: N_("Passkey at the desk"),
    Action.ACT_FOR_PERSON_PRESENT: N_("Act for a person at the desk"),
    Action.ENTER_PAPER: N_("Signature on paper"),
    Action.ANSWER_MESSAGE: N_("Answer to a message"),
    Action.REVIEW_PETITION: N_("Review of a petition"),
    Action.END_PETITION: N_("End of a petition"),
    Action.INVALIDATE_SIGNATURES: N_("Invalidation of signatures"),
    Action.REDACT_COMMENT: N_("Redaction of a comment"),
    Action.PUBLISH_DRAFT: N_("Publication of a draft"),
    Action.REPLY: N_("Reply to a comment"),
    Action.ANSWER_PETITION: N_("Answer to a petition"),
    Action.SET_UP_VOTE: N_("Setting up a vote"),
    Action.EXTEND_VOTE: N_("Extension of a vote"),
    Action.CANCEL_VOTE: N_("Cancellation of a vote"),
    Action.PUBLISH_VOTE: N_("Publication of a vote"),
    Action.ANSWER_INCIDENT: N_("Answer to an incident"),
    Action.DRAW_AUDIT: N_("Sample for an audit"),
    Action.OPEN_ENTRY: N_("Opening of a sampled entry"),
    Action.READ_TRAIL: N_("Audit trail as a file"),
    Action.GRANT_ROLE: N_("Role"),
    Action.OPERATE: N_("Care of the platform"),
}
"""What one act is called in the audit trail, before its step (“Role: proposed”): msgids."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may do an action."""

    roles: frozenset[Role]
    four_eyes: bool = False
    """A second person, who may do it too, must approve the very same thing."""
    own_agency: bool = False
    """Only for the agency that the role was granted for."""


_OFFICIALS: Final = frozenset(Role) - {Role.CITIZEN}


def _only(*roles: Role, four_eyes: bool = False, own_agency: bool = False) -> Rule:
    return Rule(frozenset(roles), four_eyes, own_agency)


RULES: Final[dict[Action, Rule]] = {
    Action.VOTE: _only(Role.CITIZEN),
    Action.SIGN: _only(Role.CITIZEN),
    Action.COMMENT: _only(Role.CITIZEN),
    Action.ENTER_OFFICE: Rule(_OFFICIALS),
    Action.ENROL_PASSKEY: _only(Role.DESK_OPERATOR),
    Action.ACT_FOR_PERSON_PRESENT: _only(Role.DESK_OPERATOR),
    Action.ENTER_PAPER: _only(Role.DESK_OPERATOR),
    Action.ANSWER_MESSAGE: _only(Role.DESK_OPERATOR, Role.ADMINISTRATOR),
    Action.REVIEW_PETITION: _only(Role.MODERATOR),
    Action.END_PETITION: _only(Role.MODERATOR, four_eyes=True),
    Action.INVALIDATE_SIGNATURES: _only(Role.MODERATOR, four_eyes=True),
    Action.REDACT_COMMENT: _only(Role.MODERATOR),
    Action.PUBLISH_DRAFT: _only(Role.MINISTRY, four_eyes=True, own_agency=True),
    Action.REPLY: _only(Role.MINISTRY, four_eyes=True, own_agency=True),
    Action.ANSWER_PETITION: _only(Role.MINISTRY, four_eyes=True, own_agency=True),
    Action.SET_UP_VOTE: _only(Role.COMMISSION, four_eyes=True),
    Action.EXTEND_VOTE: _only(Role.COMMISSION, four_eyes=True),
    Action.CANCEL_VOTE: _only(Role.COMMISSION, four_eyes=True),
    Action.PUBLISH_VOTE: _only(Role.COMMISSION, four_eyes=True),
    Action.ANSWER_INCIDENT: _only(Role.COMMISSION),
    Action.DRAW_AUDIT: _only(Role.AUDITOR, four_eyes=True),
    Action.OPEN_ENTRY: _only(Role.AUDITOR, four_eyes=True),
    Action.READ_TRAIL: _only(Role.AUDITOR, Role.ADMINISTRATOR),
    Action.GRANT_ROLE: _only(Role.ADMINISTRATOR, four_eyes=True),
    Action.OPERATE: _only(Role.ADMINISTRATOR),
}
"""The table. What is not in it needs no role: `Action.READ`, `Action.VISIT` and `Action.MANAGE_ACCOUNT`."""

OFFICE_ASSURANCE: Final = 2
"""Officials sign in at this level or above: a passkey or TOTP."""


def may(action: Action, roles: Collection[Role]) -> bool:
    """Whether somebody who acts in these roles may do it."""
    rule = RULES.get(action)
    return rule is None or not rule.roles.isdisjoint(roles)


def check(action: Action, capacity: Capacity, roles: Collection[Role]) -> None:
    """Refuse what the table does not allow to a session of this capacity and these roles.

    Raises:
        DomainError: 403 ``role.official`` (an official in a citizen's place), 403 ``role.missing``.
    """
    if may(action, roles):
        return
    if capacity is Capacity.OFFICIAL and may(action, {Role.CITIZEN}):
        raise DomainError(
            HTTPStatus.FORBIDDEN,
            N_("You are signed in as an official. To take part as a citizen, sign out and sign in again."),
            code="role.official",
        )
    raise DomainError(
        HTTPStatus.FORBIDDEN,
        N_("This page is for officials who are entrusted with this task. You are not signed in as one of them."),
        code="role.missing",
    )
