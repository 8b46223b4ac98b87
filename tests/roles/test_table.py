"""The table of actions, as the platform's design states it: who may do what, and what takes two people."""

from __future__ import annotations

import pytest

from egov_participation.actions import ACTION_NAMES, RULES, Action, Capacity, Role, check
from egov_participation.errors import DomainError

OPERATOR, MODERATOR, MINISTRY = Role.DESK_OPERATOR, Role.MODERATOR, Role.MINISTRY
COMMISSION, AUDITOR, ADMINISTRATOR = Role.COMMISSION, Role.AUDITOR, Role.ADMINISTRATOR

TABLE: dict[str, tuple[set[Role], bool]] = {
    "citizen:ballot:cast": ({Role.CITIZEN}, False),
    "citizen:petition:sign": ({Role.CITIZEN}, False),
    "citizen:draft:comment": ({Role.CITIZEN}, False),
    "desk:passkey:enrol": ({OPERATOR}, False),
    "desk:person:act-for": ({OPERATOR}, False),
    "desk:paper:enter": ({OPERATOR}, False),
    "moderator:petition:review": ({MODERATOR}, False),
    "moderator:petition:end": ({MODERATOR}, True),
    "moderator:signature:invalidate": ({MODERATOR}, True),
    "moderator:comment:redact": ({MODERATOR}, False),
    "ministry:draft:publish": ({MINISTRY}, True),
    "ministry:comment:reply": ({MINISTRY}, True),
    "ministry:petition:answer": ({MINISTRY}, True),
    "commission:vote:set-up": ({COMMISSION}, True),
    "commission:vote:extend": ({COMMISSION}, True),
    "commission:vote:cancel": ({COMMISSION}, True),
    "commission:vote:publish": ({COMMISSION}, True),
    "auditor:sample:draw": ({AUDITOR}, True),
    "auditor:entry:open": ({AUDITOR}, True),
    "auditor:trail:read": ({AUDITOR, ADMINISTRATOR}, False),
    "administrator:role:grant": ({ADMINISTRATOR}, True),
    "administrator:platform:operate": ({ADMINISTRATOR}, False),
}


def test_the_table_says_what_the_design_says() -> None:
    stated = {action.value: (set(rule.roles), rule.four_eyes) for action, rule in RULES.items()}

    assert {action: stated[action] for action in TABLE} == TABLE


def test_a_ministrys_acts_are_for_its_own_agency_alone() -> None:
    assert {action for action, rule in RULES.items() if rule.own_agency} == {
        Action.PUBLISH_DRAFT,
        Action.REPLY,
        Action.ANSWER_PETITION,
    }


def test_only_what_is_read_visited_or_ones_own_needs_no_role() -> None:
    assert set(Action) - RULES.keys() == {Action.READ, Action.VISIT, Action.MANAGE_ACCOUNT}


def test_no_action_is_both_a_citizens_and_an_officials() -> None:
    assert all(rule.roles == {Role.CITIZEN} or Role.CITIZEN not in rule.roles for rule in RULES.values())


def test_every_action_of_officials_has_a_name_in_words() -> None:
    assert ACTION_NAMES.keys() == {action for action, rule in RULES.items() if Role.CITIZEN not in rule.roles}


@pytest.mark.parametrize(
    ("action", "capacity", "roles", "code"),
    [
        (Action.VOTE, Capacity.OFFICIAL, {COMMISSION}, "role.official"),
        (Action.VOTE, Capacity.CITIZEN, {Role.CITIZEN}, None),
        (Action.GRANT_ROLE, Capacity.CITIZEN, {Role.CITIZEN}, "role.missing"),
        (Action.GRANT_ROLE, Capacity.OFFICIAL, {AUDITOR}, "role.missing"),
        (Action.GRANT_ROLE, Capacity.OFFICIAL, {AUDITOR, ADMINISTRATOR}, None),
        (Action.MANAGE_ACCOUNT, Capacity.OFFICIAL, set(), None),
    ],
)
def test_a_refusal_says_whether_a_role_or_the_capacity_is_wrong(
    action: Action, capacity: Capacity, roles: set[Role], code: str | None
) -> None:
    refused = None
    try:
        check(action, capacity, roles)
    except DomainError as refusal:
        refused = refusal.code

    assert refused == code
