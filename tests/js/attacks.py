"""The crypto package's attacks, taken up again: each test there makes what is wrong, and this notes what was said.

So another verifier can be asked about the very same archives and ballots.
"""

from __future__ import annotations

import io
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice, product
from types import ModuleType
from typing import Any

import pytest
from crypto.tests import (
    making,
    test_attacks_archive,
    test_attacks_decryption,
    test_attacks_encodings,
    test_attacks_ending,
    test_attacks_format,
    test_attacks_hashing,
    test_attacks_kinds,
    test_attacks_shuffles,
    test_attacks_statements,
    test_attacks_threshold,
    test_attacks_trustees,
)
from crypto.tests.making import Archive

from egov_crypto import wire
from egov_crypto.election import Election
from egov_crypto.elgamal import Ciphertext
from egov_crypto.errors import ArchiveError, UnsupportedError, VerificationError
from egov_crypto.tally import Tally
from egov_crypto.verify import Verified, verify_archive

OF_EACH = 2
"""Of what one test makes and gets the same code for, so many are kept."""

_TESTS: dict[ModuleType, tuple[str, ...]] = {
    test_attacks_archive: (
        "the_same_ballot_twice_is_refused",
        "a_superseded_ballot_cast_again_is_refused",
        "junk_in_place_of_a_ballot_is_refused",
        "a_ballot_of_somebody_who_is_not_on_the_list_is_refused",
        "a_credential_in_capitals_does_not_take_its_voters_place",
        "a_ballot_after_the_end_is_refused",
        "a_second_end_tally_result_or_set_up_is_refused",
        "an_archive_that_starts_with_another_event_is_refused",
        "events_of_other_kinds_are_refused",
        "a_chain_that_is_not_one_is_refused",
        "a_first_event_with_a_parent_is_refused",
        "a_height_is_a_small_natural_number",
        "a_replaced_ballot_breaks_the_chain_and_a_mended_one_has_another_head",
        "two_archives_joined_are_refused",
        "an_archive_without_events_is_none",
        "data_that_no_event_refers_to_is_refused",
        "data_that_is_there_twice_or_in_another_order_is_refused_or_makes_no_difference",
        "a_payload_where_none_is_due_and_none_where_one_is_are_refused",
        "set_up_data_of_another_shape_is_refused",
        "a_list_of_credentials_written_otherwise_is_refused",
        "a_credential_twice_is_refused",
    ),
    test_attacks_encodings: (
        "a_credential_of_small_order_in_it_is_refused_on_the_list",
        "a_credential_with_secret_zero_would_be_anybodys",
        "an_election_key_outside_the_group_is_refused",
        "a_trustees_key_outside_the_group_is_refused",
        "a_wrong_number_in_a_trustees_proof_is_refused",
        "a_wrong_number_in_a_signature_is_refused",
    ),
    test_attacks_format: (
        "a_wrong_or_otherwise_written_checksum_is_refused",
        "sizes_that_lie_are_refused",
        "padding_that_is_not_empty_is_refused",
        "end_blocks_and_whatever_follows_are_refused",
        "other_files_are_refused",
        "other_files_are_no_archives",
        "json_written_otherwise_is_refused_everywhere",
        "more_and_fewer_keys_are_refused",
    ),
    test_attacks_hashing: ("a_proof_whose_hash_leaves_out_a_field_is_refused",),
    test_attacks_statements: (
        "votes_that_no_question_allows_are_refused",
        "a_blank_question_answered_plainly_and_the_reverse_are_refused",
        "bounds_that_cannot_hold_are_refused",
        "answers_copied_under_another_credential_and_signed_anew_are_refused",
        "a_ballot_of_another_election_is_refused",
        "a_ballot_signed_by_another_credential_is_refused",
        "a_signature_over_other_answers_is_refused",
    ),
    test_attacks_ending: (
        "an_honest_one_holds",
        "nothing_is_decrypted_before_the_shuffles_end",
        "shuffles_end_once",
        "nothing_else_follows_the_tally",
        "a_shuffle_is_of_the_time_between_tally_and_end",
        "no_shuffle_is_taken_where_nothing_is_to_be_shuffled",
        "an_end_of_shuffles_has_no_payload",
        "a_shuffle_of_nobody_is_refused",
        "nobody_shuffles_twice",
        "a_shuffle_is_of_what_the_last_one_left",
        "what_owns_a_shuffle_has_one_form",
        "a_shuffle_that_is_too_large_is_not_read",
        "a_tally_that_leaves_out_or_moves_a_vote_is_refused",
        "a_decryption_of_the_unshuffled_votes_is_refused",
        "a_decryption_whose_lists_are_not_nested_is_refused",
        "factors_solved_for_after_their_proofs_are_refused",
        "the_result_lists_each_vote_in_its_place",
        "lots_follow_from_what_trustees_alone_know",
    ),
    test_attacks_kinds: (
        "the_forger_makes_good_ballots_when_it_does_not_cheat",
        "votes_that_no_list_allows_are_refused",
        "a_list_without_a_candidate_is_refused_though_a_point_of_order_8_stands_for_one",
        "the_identity_for_a_commitment_is_refused",
        "a_wrong_point_anywhere_in_a_ballot_is_refused",
        "a_wrong_number_anywhere_in_a_ballot_is_refused",
        "points_of_small_order_in_a_ranked_vote_are_refused_though_its_proof_holds",
        "a_proof_whose_hash_leaves_out_a_field_is_refused",
        "a_proof_whose_hash_leaves_out_one_of_the_ciphertexts_is_refused",
        "a_proof_whose_hash_leaves_out_a_commitment_is_refused",
        "a_ranked_vote_whose_hash_leaves_out_a_field_is_refused",
        "a_ranked_vote_whose_hash_leaves_out_a_point_is_refused",
        "an_answer_copied_under_another_credential_is_refused",
        "a_vote_changed_from_anothers_has_no_proof",
        "other_shapes_are_refused",
        "weights_where_votes_are_listed_are_refused",
    ),
    test_attacks_shuffles: (
        "what_the_tables_say_verifies",
        "a_vote_given_twice_in_the_place_of_another_is_refused",
        "a_replaced_vote_is_refused",
        "votes_moved_from_one_ciphertext_to_another_are_refused",
        "an_input_in_another_order_is_refused",
        "questions_in_another_order_are_refused",
        "fewer_or_more_questions_are_refused",
        "other_generators_are_refused",
        "a_proof_that_does_not_hash_something_is_refused",
        "a_proof_of_another_election_or_key_is_refused",
        "a_point_outside_the_subgroup_that_no_sum_shows_is_refused",
        "points_and_scalars_that_are_written_wrongly_are_refused",
        "other_shapes_are_refused",
    ),
    test_attacks_threshold: (
        "coefficients_and_keys_that_are_no_points_of_the_group_are_refused",
        "as_many_coefficients_as_are_needed_are_dealt",
        "a_certificate_for_another_place_number_threshold_or_group_is_refused",
        "another_threshold_than_was_certified_is_refused",
        "what_is_left_out_given_twice_or_exchanged_is_refused",
        "every_signature_is_verified",
        "coefficients_of_another_ceremony_are_refused",
        "one_key_in_two_certificates_is_refused",
        "a_key_that_the_coefficients_do_not_give_is_refused",
        "a_dealer_who_cancels_the_others_is_refused",
        "coefficients_moved_by_a_point_of_small_order_are_refused",
        "parameters_of_another_shape_are_refused",
        "parameters_with_fields_more_fewer_or_elsewhere_are_refused",
    ),
    test_attacks_trustees: (
        "a_key_that_cancels_the_others_is_refused_for_want_of_a_proof",
        "the_identity_as_a_trustees_key_is_refused_though_its_proof_holds",
        "a_group_off_the_list_is_not_verified_at_all",
        "other_kinds_of_questions_are_not_verified_at_all",
        "one_trustee_twice_is_refused",
        "trustees_left_out_or_added_do_not_give_the_elections_key",
        "a_tally_that_leaves_a_ballot_out_is_refused",
        "a_tally_that_lies_about_its_size_is_refused",
    ),
    test_attacks_decryption: (
        "a_decryption_handed_in_for_another_trustee_is_refused",
        "a_decryption_of_another_tally_is_refused",
        "factors_that_move_votes_between_answers_are_refused",
        "a_decryption_of_another_shape_is_refused",
        "a_decryption_proof_whose_hash_leaves_out_a_field_is_refused",
        "an_owner_who_is_no_trustee_is_refused",
        "a_trustee_who_decrypts_twice_is_refused",
        "a_result_before_all_decryptions_is_refused",
        "another_result_than_the_decryptions_give_is_refused",
        "a_result_of_another_shape_is_refused",
    ),
}


class Attacks:
    """What was made, as `verify_archives.mjs` reads it, each with the code and, of archives, the height."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[dict[str, Any], str, int | None]] = []
        self._kept: Counter[tuple[str, str]] = Counter()
        self._now = ""
        self._shuffles, self._parameters = test_attacks_shuffles.verdict, test_attacks_threshold.verdict
        for module in _TESTS:
            for name in ("verdict", "ballot_verdict", "verify_archive"):
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, getattr(self, name))
        monkeypatch.setattr(test_attacks_shuffles, "verdict", self.shuffle_verdict)
        monkeypatch.setattr(test_attacks_threshold, "verdict", self.parameters_verdict)

    def run(self) -> None:
        """Make them all."""
        for module, names in _TESTS.items():
            fixtures = _Fixtures(module)
            for name in names:
                self._now = name
                test = getattr(module, f"test_{name}")
                for given in islice(_parameters(test), 4):
                    fixtures.forget()
                    test(**{one: given[one] if one in given else fixtures[one] for one in _arguments(test)})

    def verdict(self, archive: Archive | bytes, jobs: int = 1) -> str:
        """Stands for the function of the same name in making.py."""
        raw = archive.raw if isinstance(archive, Archive) else archive
        try:
            self.verify_archive(io.BytesIO(raw), jobs=jobs)
        except VerificationError as error:
            return error.code
        return "holds"

    def ballot_verdict(self, election: Election, raw: bytes) -> str:
        """Likewise."""
        code = making.ballot_verdict(election, raw)
        self._note({"election": _text(election.raw), "ballot": _text(raw)}, code, None)
        return code

    def shuffle_verdict(
        self,
        raw: bytes,
        election: Election = test_attacks_shuffles.ELECTION,
        tally: Tally = test_attacks_shuffles.TALLY,
    ) -> str | None:
        """Likewise."""
        code = self._shuffles(raw, election, tally)
        before = [tally.ciphertexts[place] for place in election.shuffled]
        self._note(
            {"election": _text(election.raw), "shuffle": _text(raw), "before": _pairs(before)}, code or "holds", None
        )
        return code

    def parameters_verdict(self, value: Any) -> str:
        """Likewise."""
        code = self._parameters(value)
        self._note({"parameters": _text(making.dump(value))}, code, None)
        return code

    def verify_archive(self, file: io.BytesIO, **options: Any) -> Verified:
        """Stands for the function of the same name in verify.py."""
        asked = {"archive": _text(file.getvalue())}
        try:
            found = verify_archive(file, **options)
        except VerificationError as error:
            self._note(asked, error.code, error.height)
            raise
        except ArchiveError:
            self._note(asked, "archive", None)
            raise
        except UnsupportedError:
            self._note(asked, "unsupported", None)
            raise
        self._note(asked, "holds", None)
        return found

    def _note(self, asked: dict[str, Any], code: str, height: int | None) -> None:
        self._kept[self._now, code] += 1
        if self._kept[self._now, code] <= OF_EACH:
            self.made.append((asked, code, height))


class _Fixtures(dict[str, Any]):
    """What the fixtures of a module give, each made once, those of a single test for each anew."""

    def __init__(self, module: ModuleType) -> None:
        super().__init__()
        self._module = module

    def forget(self) -> None:
        """Another test begins."""
        for name in list(self):
            if getattr(self._module, name)._fixture_function_marker.scope == "function":
                del self[name]

    def __missing__(self, name: str) -> Any:
        function = getattr(self._module, name).__wrapped__
        self[name] = function(**{one: self[one] for one in _arguments(function)})
        return self[name]


def _arguments(function: Callable[..., Any]) -> tuple[str, ...]:
    return function.__code__.co_varnames[: function.__code__.co_argcount]


def _parameters(test: Callable[..., None]) -> Iterator[dict[str, Any]]:
    marks = [mark for mark in getattr(test, "pytestmark", []) if mark.name == "parametrize"]
    for chosen in product(*(_values(*mark.args) for mark in marks)):
        yield {name: value for values in chosen for name, value in values.items()}


def _values(argnames: Any, argvalues: Any) -> list[dict[str, Any]]:
    names = argnames if isinstance(argnames, tuple | list) else argnames.replace(" ", "").split(",")
    return [dict(zip(names, one if len(names) > 1 else (one,), strict=True)) for one in argvalues]


def _pairs(lists: list[list[Ciphertext]]) -> list[list[dict[str, str]]]:
    return [[wire.ciphertext_to_json(one) for one in ciphertexts] for ciphertexts in lists]


def _text(raw: bytes) -> str:
    return b64encode(raw).decode()
