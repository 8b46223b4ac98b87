"""Kinds of notices that only these tests know, with texts that the catalogues have."""

from __future__ import annotations

from egov_participation.notices.service import notice

WARNING = notice(
    "test.warning",
    subject="A ballot was recorded in your name",
    paragraphs=("A ballot was recorded in your name in the vote “%(title)s”.", "%(role)s", "Look at it."),
    facts=(("Date of birth", "day"), ("Last used", "at"), ("How many came back", "count")),
    link=("See the vote", "/votes/%(vote)s"),
)
NEWS = notice(
    "test.news",
    subject="Your mails",
    paragraphs=("There are news.",),
    optional=True,
    summary="See all votes",
)
