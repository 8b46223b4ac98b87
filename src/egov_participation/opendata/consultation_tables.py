"""The data sets of consultations, comments and replies."""

from __future__ import annotations

from typing import Final

from egov_participation.i18n import N_
from egov_participation.opendata.rules import Field, Kind
from egov_participation.opendata.tables import Dataset, Frequency, Name

_CONSULTATION: Final = Field("consultation", Kind.WORD, N_("Number of the consultation"))
_PAGE: Final = N_("Address of the page")
_SALT: Final = N_("Random bytes of the log’s commitment, in hex")
_COMMITMENT: Final = N_("The log’s commitment, in hex")

ALL: Final = (
    Dataset(
        Name.CONSULTATIONS,
        N_("Consultations"),
        N_(
            "Every consultation on a draft regulation: agency, kind of act, dates, versions with their hashes and"
            " signatures, documents, and how many comments there are and have a reply."
        ),
        (
            Field("reference", Kind.WORD, N_("Number of the consultation")),
            Field("title", Kind.TEXTS, N_("Title of the draft")),
            Field("summary", Kind.TEXTS, N_("What changes for whom")),
            Field("state", Kind.WORD, N_("State: open, closed, reported or withdrawn")),
            Field("state_at", Kind.TIME, N_("Since when it is in its state")),
            Field("jurisdiction", Kind.WORD, N_("Code of the rules that the consultation is under")),
            Field("agency", Kind.WORD, N_("Code of the agency")),
            Field("act.kind", Kind.WORD, N_("Code of the kind of act")),
            Field("act.name", Kind.TEXTS, N_("Kind of act")),
            Field("act.stage", Kind.WORD, N_("Code of the stage"), optional=True),
            Field("territory", Kind.WORD, N_("Code of the territory; empty: the whole country"), optional=True),
            Field("opened_at", Kind.TIME, N_("When it was published for comments")),
            Field("closes_at", Kind.TIME, N_("When comments end"), optional=True),
            Field("reply_due_on", Kind.DAY, N_("Day by which every comment has its reply"), optional=True),
            Field("report_due_on", Kind.DAY, N_("Day by which the report is due"), optional=True),
            Field("comments", Kind.INTEGER, N_("Comments and amendments")),
            Field("replied", Kind.INTEGER, N_("Comments with a reply")),
            Field("versions", Kind.JSON, N_("Versions of the draft: texts, hashes, signatures")),
            Field("papers", Kind.JSON, N_("Documents with the draft")),
            Field("rules.sha256", Kind.WORD, N_("SHA-256 of the rules that it keeps, in hex")),
            Field("rules.url", Kind.ADDRESS, N_("Address of the rules")),
            Field("url", Kind.ADDRESS, _PAGE),
            Field("links", Kind.JSON, N_("Addresses of what else there is of the consultation")),
        ),
        ("reference",),
        Frequency.CONTINUOUS,
    ),
    Dataset(
        Name.CONSULTATION_COMMENTS,
        N_("Comments on drafts"),
        N_(
            "Every comment and every proposed wording, with its place in the text, what became of it, and what the"
            " log’s commitment is made of. An author is named only by their own wish."
        ),
        (
            _CONSULTATION,
            Field("number", Kind.INTEGER, N_("Number of the comment in its consultation")),
            Field("tracking", Kind.WORD, N_("Tracking number")),
            Field("what", Kind.WORD, N_("What it is: comment or amendment")),
            Field("version", Kind.INTEGER, N_("Version of the draft that it was written on")),
            Field("place", Kind.JSON, N_("The provision; empty: the whole draft"), optional=True),
            Field("quote", Kind.JSON, N_("The words that it is about, and where they stand"), optional=True),
            Field("about", Kind.INTEGER, N_("Number of the amendment that it discusses"), optional=True),
            Field("author", Kind.TEXT, N_("The author, if they wish to be named"), optional=True),
            Field("author_salt", Kind.WORD, N_("Random bytes of the commitment to the author’s name"), optional=True),
            Field("capacity", Kind.WORD, N_("As what: citizen, organisation, association or expert"), optional=True),
            Field("organisation", Kind.TEXT, N_("The organisation"), optional=True),
            Field("accredited", Kind.JSON, N_("Agency that confirmed that it is accredited, and when"), optional=True),
            Field("lang", Kind.WORD, N_("Language that it was written in"), optional=True),
            Field("stance", Kind.WORD, N_("Stance: support, change, oppose or none"), optional=True),
            Field("text", Kind.TEXT, N_("What was written; empty: it was destroyed"), optional=True),
            Field("amendment", Kind.JSON, N_("The proposed wording"), optional=True),
            Field("day", Kind.DAY, N_("Day on which it was sent")),
            Field("shown", Kind.WORD, N_("How it is shown: published, redacted, erasing or erased")),
            Field("supports", Kind.INTEGER, N_("How many people support it")),
            Field("cluster", Kind.INTEGER, N_("The first of those that say nearly the same"), optional=True),
            Field("reply", Kind.INTEGER, N_("Number of the reply that holds"), optional=True),
            Field("document", Kind.JSON, N_("What the log’s commitment is to"), optional=True),
            Field("salt", Kind.WORD, _SALT, optional=True),
            Field("hash", Kind.WORD, _COMMITMENT),
            Field("files", Kind.JSON, N_("Files that were sent with it")),
            Field("edits", Kind.JSON, N_("What was added to it")),
            Field("redactions", Kind.JSON, N_("Decisions of moderators, with their reasons")),
            Field("left", Kind.JSON, N_("What is left to read where words are covered"), optional=True),
            Field("erasures", Kind.JSON, N_("That it was to be destroyed, by whom, and what came of it")),
            Field("placements", Kind.JSON, N_("Where it stands in later versions")),
            Field("url", Kind.ADDRESS, _PAGE),
        ),
        ("consultation", "number"),
        Frequency.CONTINUOUS,
    ),
    Dataset(
        Name.CONSULTATION_REPLIES,
        N_("Replies to comments"),
        N_("Every reply of an agency, to which comments it is, and which provision changed because of it."),
        (
            _CONSULTATION,
            Field("number", Kind.INTEGER, N_("Number of the reply in its consultation")),
            Field("at", Kind.TIME, N_("When it was published")),
            Field("agency", Kind.WORD, N_("Code of the agency")),
            Field("comments", Kind.JSON, N_("Numbers of the comments that it is to")),
            Field("verdict", Kind.WORD, N_("Reply: accepted, partly, rejected, out_of_scope or already_there")),
            Field("lang", Kind.WORD, N_("Language that it was written in")),
            Field("reason", Kind.TEXT, N_("The reason")),
            Field("changed", Kind.JSON, N_("The provision that changed because of it"), optional=True),
            Field("supersedes", Kind.INTEGER, N_("Number of the reply that it takes the place of"), optional=True),
            Field("superseded_by", Kind.INTEGER, N_("Number of the reply that took its place"), optional=True),
            Field("document", Kind.JSON, N_("What the log’s commitment is to")),
            Field("salt", Kind.WORD, _SALT),
            Field("hash", Kind.WORD, _COMMITMENT),
        ),
        ("consultation", "number"),
        Frequency.CONTINUOUS,
    ),
)
