"""What data sets there are and what is in them: the list that files, table descriptions, catalogue and page follow."""

from __future__ import annotations

from typing import Final

from egov_participation.i18n import N_
from egov_participation.opendata import consultation_tables
from egov_participation.opendata.rules import Field, Kind
from egov_participation.opendata.tables import Dataset, Frequency, Name

__all__ = ["DATASETS", "Dataset", "Frequency", "Name"]


_VOTE: Final = Field("vote", Kind.WORD, N_("Identifier of the vote, as in its address"))
_TITLE: Final = Field("title", Kind.TEXTS, N_("What the vote is about"))
_STATE: Final = Field("state", Kind.WORD, N_("State: setup, open, closed, shuffling, decrypting, tallied or cancelled"))
_PERCENT: Final = N_("Share in percent")
_HEIGHT: Final = N_("Number of the last entry of the archive")
_HASH: Final = N_("Hash of the last entry of the archive, in hex")
_PAGE: Final = N_("Address of the page")
_PETITION: Final = Field("petition", Kind.WORD, N_("Number of the petition"))
_ELECTRONIC: Final = Field("count", Kind.INTEGER, N_("Signatures, as counted over the public log"))
_ON_PAPER: Final = Field("paper", Kind.INTEGER, N_("Signatures on paper, as counted over the public log"))
_PAPER: Final = Field("paper", Kind.INTEGER, N_("Signatures on paper, entered at a desk"))


_ALL: Final = (
    Dataset(
        Name.VOTES,
        N_("Votes"),
        N_(
            "Every vote with its questions, times, numbers and decisions and, once it is counted, its result: all that"
            " the pages of a vote show."
        ),
        (
            Field("uuid", Kind.WORD, N_("Identifier of the vote, as in its address")),
            _TITLE,
            Field("description", Kind.TEXTS, N_("Description of the vote")),
            _STATE,
            Field("kind", Kind.WORD, N_("Kind of the vote: consultative or binding")),
            Field("opens_at", Kind.TIME, N_("When voting opens")),
            Field("closes_at", Kind.TIME, N_("When voting closes; an extension moves it")),
            Field("cancelled_at", Kind.TIME, N_("When the vote was cancelled"), optional=True),
            Field("rehearsal", Kind.BOOLEAN, N_("Whether it is a rehearsal: none is listed here")),
            Field("setup_hash", Kind.WORD, N_("SHA-256 of the set-up document, in hex"), optional=True),
            Field("acts", Kind.JSON, N_("What the commission decided about the vote, in order")),
            Field("questions", Kind.JSON, N_("The questions with their answers")),
            Field("registered", Kind.INTEGER, N_("How many people are on the register of the vote")),
            Field("ballots", Kind.INTEGER, N_("How many ballots stand on the board, replaced ones among them")),
            Field("voters", Kind.INTEGER, N_("How many people have a ballot on the board")),
            Field("head.height", Kind.INTEGER, _HEIGHT),
            Field("head.hash", Kind.WORD, _HASH),
            Field("fingerprint", Kind.WORD, N_("Fingerprint of the election: SHA-256 in Base64")),
            Field("trustees", Kind.JSON, N_("The trustees, their public keys, and whether they have decrypted")),
            Field("threshold", Kind.INTEGER, N_("How many trustees are enough; empty: all are needed"), optional=True),
            Field(
                "result",
                Kind.JSON,
                N_("For each question the votes of each answer, of blank ones first where they are allowed"),
                optional=True,
            ),
            Field(
                "outcomes",
                Kind.JSON,
                N_("For each question that ranks or grades, who or what wins, and where its ballots are counted"),
                optional=True,
            ),
            Field("turnout.percent", Kind.NUMBER, N_("Share of the register that voted, in percent")),
            Field("turnout.by_region", Kind.JSON, N_("Turnout by region, as the registrar states it")),
            Field(
                "turnout.statement_url", Kind.ADDRESS, N_("Address of what the registrar signed of it"), optional=True
            ),
            Field("protocol", Kind.JSON, N_("The signed protocol: hash, key, addresses and errata"), optional=True),
            Field("archive_url", Kind.ADDRESS, N_("Address of the archive")),
            Field("url", Kind.ADDRESS, _PAGE),
            Field("links", Kind.JSON, N_("Addresses of what else there is of the vote")),
        ),
        ("uuid",),
        Frequency.CONTINUOUS,
    ),
    Dataset(
        Name.RESULTS,
        N_("Results"),
        N_(
            "How many votes each answer of each question got, a line an answer; blank votes are a line of their own,"
            " and so is each list. Of rankings and gradings, which answers are elected or win."
        ),
        (
            _VOTE,
            _TITLE,
            Field("question", Kind.INTEGER, N_("Number of the question, from 1")),
            Field("question_text", Kind.TEXTS, N_("The question")),
            Field("list", Kind.INTEGER, N_("Number of the list, from 1, where lists are chosen"), optional=True),
            Field("list_text", Kind.TEXTS, N_("The list, where lists are chosen"), optional=True),
            Field(
                "answer",
                Kind.INTEGER,
                N_("Number of the answer or candidate, from 1; empty: left blank, or the list itself"),
                optional=True,
            ),
            Field(
                "answer_text",
                Kind.TEXTS,
                N_("The answer or candidate; empty: left blank, or the list itself"),
                optional=True,
            ),
            Field(
                "votes",
                Kind.INTEGER,
                N_("How many votes it got; each voter's weight counts. Empty: ranked or graded"),
                optional=True,
            ),
            Field(
                "of",
                Kind.INTEGER,
                N_("How many votes all counted ballots have; empty: ranked or graded"),
                optional=True,
            ),
            Field("percent", Kind.NUMBER, _PERCENT, optional=True),
            Field(
                "elected",
                Kind.BOOLEAN,
                N_("Whether an answer that is ranked or graded is elected or wins; empty otherwise"),
                optional=True,
            ),
        ),
    ),
    Dataset(
        Name.TURNOUT,
        N_("Turnout by region"),
        N_(
            "How many people of each region voted, as the registrar has signed it after closing. Regions with few"
            " voters stand together in one line, so that nobody can be told from their region."
        ),
        (
            _VOTE,
            Field(
                "territory",
                Kind.WORD,
                N_("Code of the region (ISO 3166-2); empty: several together, or the region is not known"),
                optional=True,
            ),
            Field("territories", Kind.JSON, N_("Codes of all regions of the line; an empty code: not known")),
            Field("name", Kind.TEXTS, N_("Name of the region"), optional=True),
            Field("voters", Kind.INTEGER, N_("How many voted")),
            Field("registered", Kind.INTEGER, N_("How many are on the register of the vote")),
            Field("percent", Kind.NUMBER, _PERCENT),
        ),
    ),
    Dataset(
        Name.DAYS,
        N_("Ballots by day"),
        N_("How many ballots came in on each day of a vote that is counted, replaced ones among them."),
        (
            _VOTE,
            Field("day", Kind.DAY, N_("Day")),
            Field("ballots", Kind.INTEGER, N_("How many ballots came in on that day")),
        ),
        ("vote", "day"),
    ),
    Dataset(
        Name.TRUSTEES,
        N_("Trustees"),
        N_("Who holds the keys of each vote, with the public keys, and who has decrypted the sum of the ballots."),
        (
            _VOTE,
            Field("trustee", Kind.INTEGER, N_("Number of the trustee, from 1")),
            Field("name", Kind.TEXTS, N_("Name of the trustee")),
            Field("kind", Kind.WORD, N_("Kind of the key: single, or threshold where some trustees are enough")),
            Field("public_key", Kind.WORD, N_("Public key, in hex")),
            Field(
                "shuffled",
                Kind.BOOLEAN,
                N_("Whether the trustee has shuffled the ballots; empty where none are shuffled"),
                optional=True,
            ),
            Field("decrypted", Kind.BOOLEAN, N_("Whether the trustee has decrypted the sum")),
        ),
        ("vote", "trustee"),
    ),
    Dataset(
        Name.INCIDENTS,
        N_("Reports of incidents"),
        N_("What was reported about votes – kind and day, never who wrote what – and the commission's public answer."),
        (
            Field("reference", Kind.WORD, N_("Number of the report")),
            _VOTE,
            Field("kind", Kind.WORD, N_("What was reported: theft, ballot, access, count or other")),
            Field("reported_on", Kind.DAY, N_("Day of the report")),
            Field("due_on", Kind.DAY, N_("Day by which the commission answers")),
            Field("answered_at", Kind.TIME, N_("When it was answered"), optional=True),
            Field("answer", Kind.TEXTS, N_("The commission's answer"), optional=True),
            Field("url", Kind.ADDRESS, _PAGE),
        ),
        ("reference",),
    ),
    Dataset(
        Name.ARCHIVES,
        N_("Archives of votes"),
        N_(
            "The file of each vote from which anybody recounts it: set-up, encrypted ballots, tally, decryptions and"
            " result, chained by hashes. It is verified with egov-verify or belenios-tool."
        ),
        (
            _VOTE,
            _TITLE,
            _STATE,
            Field("bytes", Kind.INTEGER, N_("Size in bytes")),
            Field("height", Kind.INTEGER, _HEIGHT),
            Field("hash", Kind.WORD, _HASH),
            Field("final", Kind.BOOLEAN, N_("Whether nothing is added to it any more")),
            Field("sha256", Kind.WORD, N_("SHA-256 of the whole file, in hex; empty while it grows"), optional=True),
            Field("url", Kind.ADDRESS, N_("Address of the archive")),
        ),
        ("vote",),
        Frequency.CONTINUOUS,
    ),
    Dataset(
        Name.PROTOCOLS,
        N_("Protocols of results"),
        N_("The signed protocol of each result, as JSON and as a PDF in each language."),
        (
            _VOTE,
            _TITLE,
            Field("signed_at", Kind.TIME, N_("When the protocol was signed")),
            Field("hash", Kind.WORD, N_("SHA-256 of what two members of the commission approved, in hex")),
            Field("key", Kind.WORD, N_("Public key that signed it, in Base64")),
            Field("errata", Kind.INTEGER, N_("How many errata correct it")),
            Field("url", Kind.ADDRESS, N_("Address of the signed protocol (JSON)")),
            Field("sha256", Kind.WORD, N_("SHA-256 of that file, in hex")),
            Field("pdf", Kind.ADDRESSES, N_("Address of the protocol as a PDF")),
        ),
        ("vote",),
    ),
    Dataset(
        Name.LOG,
        N_("Entries of the transparency log"),
        N_(
            "Every entry of the log, up to the checkpoint that is published: what happened to votes and when, the"
            " entries of their archives, the files that voters' browsers run. That nothing is missing and nothing was"
            " changed, egov-verify finds out from the log itself."
        ),
        (
            Field("index", Kind.INTEGER, N_("Place of the entry in the log, from 0")),
            Field("type", Kind.WORD, N_("Type of the entry")),
            Field("leaf", Kind.WORD, N_("Hash of the entry as a leaf of the log's tree (RFC 6962), in hex")),
            Field("entry", Kind.JSON, N_("The entry, in the very bytes that are hashed (RFC 8785)")),
        ),
        ("index",),
        Frequency.CONTINUOUS,
    ),
    Dataset(
        Name.TERRITORIES,
        N_("Territories"),
        N_(
            "Regions, districts and cities of Kazakhstan with their codes, names in three languages, and the latest"
            " population that could be traced to the Bureau of National Statistics."
        ),
        (
            Field("code", Kind.WORD, N_("ISO 3166-2 of a region; KATO of a part of one, or a code of our own")),
            Field("parent", Kind.WORD, N_("Code of the region that it is in; empty for a region"), optional=True),
            Field("kind", Kind.WORD, N_("Kind of the territory: region, district, city or city-district")),
            Field("kato", Kind.WORD, N_("Code in the state classifier (KATO); empty: not known"), optional=True),
            Field("name", Kind.TEXTS, N_("Name of the territory")),
            Field("population", Kind.INTEGER, N_("Population; empty: not known"), optional=True),
            Field("population_date", Kind.DAY, N_("Day of the population figure"), optional=True),
            Field("population_precision", Kind.INTEGER, N_("To how many people the figure is rounded"), optional=True),
            Field(
                "population_source",
                Kind.WORD,
                N_("Release of the Bureau of National Statistics that the figure is from: bns-YEAR, or census-YEAR"),
                optional=True,
            ),
        ),
        ("code",),
    ),
    Dataset(
        Name.PETITIONS,
        N_("Petitions"),
        N_(
            "Every public petition with its text, its state, its thresholds, its signatures as counted live and as"
            " counted again over the public log, and what was answered. No signer is named."
        ),
        (
            Field("reference", Kind.WORD, N_("Number of the petition")),
            Field("title", Kind.TEXTS, N_("Title of the petition")),
            Field("state", Kind.WORD, N_("State: open, closed, rejected, withdrawn, stopped or merged")),
            Field("addressee", Kind.WORD, N_("Code of the body that is asked")),
            Field("territory", Kind.WORD, N_("Code of the territory; empty: the whole country"), optional=True),
            Field("jurisdiction", Kind.WORD, N_("Code of the rules that the petition is under")),
            Field("creator", Kind.TEXT, N_("Who created it, as it is shown"), optional=True),
            Field("opened_at", Kind.TIME, N_("When it was opened for signatures"), optional=True),
            Field("closes_at", Kind.TIME, N_("When signing ends"), optional=True),
            Field("state_at", Kind.TIME, N_("Since when it is in its state")),
            Field("count_provisional", Kind.INTEGER, N_("Signatures, as counted live: provisional")),
            Field("count_verified", Kind.INTEGER, N_("Signatures, as counted over the public log")),
            Field("checkpoint_size", Kind.INTEGER, N_("Size of the log's checkpoint at which they were counted")),
            _PAPER,
            Field("paper_verified", Kind.INTEGER, N_("Signatures on paper, as counted over the public log")),
            Field("total", Kind.INTEGER, N_("What thresholds are compared with")),
            Field("counted_at", Kind.TIME, N_("When the provisional numbers were counted"), optional=True),
            Field("thresholds", Kind.JSON, N_("How many signatures are needed for what, and when they were there")),
            Field("answer_state", Kind.WORD, N_("Answer: none, awaited or answered")),
            Field("answer_due_on", Kind.DAY, N_("Day by which the next thing is owed"), optional=True),
            Field("answer", Kind.JSON, N_("The last official answer"), optional=True),
            Field("debate_state", Kind.WORD, N_("Debate: none, awaited, scheduled, held or refused")),
            Field("debate", Kind.JSON, N_("What was last said of a debate"), optional=True),
            Field("rejection", Kind.JSON, N_("On what ground it was rejected, and why"), optional=True),
            Field("merged_into", Kind.WORD, N_("Number of the petition that it was merged into"), optional=True),
            Field("by_region", Kind.JSON, N_("Signatures by region")),
            Field("texts", Kind.JSON, N_("Title, what is asked and why, in each language that it was written in")),
            Field("document", Kind.JSON, N_("The log's commitment to the text, and its random bytes"), optional=True),
            Field("rules", Kind.JSON, N_("Name of the rules, and the SHA-256 of what the petition keeps of them")),
            Field("url", Kind.ADDRESS, _PAGE),
            Field("links", Kind.JSON, N_("Addresses of what else there is of the petition")),
        ),
        ("reference",),
        Frequency.CONTINUOUS,
    ),
    Dataset(
        Name.PETITION_REGIONS,
        N_("Signatures by region"),
        N_("How many people of each region signed each petition. Regions with few people are counted together."),
        (
            _PETITION,
            Field("territory", Kind.WORD, N_("Code of the region, or “other” for several together")),
            _ELECTRONIC,
            Field("verified", Kind.INTEGER, N_("The same number again")),
            _ON_PAPER,
        ),
        ("petition", "territory"),
        Frequency.CONTINUOUS,
    ),
    Dataset(
        Name.PETITION_DAYS,
        N_("Signatures by day"),
        N_("How many people signed each petition on each day."),
        (_PETITION, Field("day", Kind.DAY, N_("Day")), _ELECTRONIC, _ON_PAPER),
        ("petition", "day"),
        Frequency.CONTINUOUS,
    ),
    *consultation_tables.ALL,
)

DATASETS: Final = {dataset.name: dataset for dataset in _ALL}
"""By name, in the order in which they are shown."""
