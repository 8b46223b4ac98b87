"""The encrypted tally, its partial decryptions, and the result (specification sections 4.18, 4.20 and 4.21)."""

from egov_crypto.tally.ciphertexts import Factors, Result, Tally
from egov_crypto.tally.decrypting import Progress, decrypt, factors_of, owned_json, verify_decryption_of
from egov_crypto.tally.opening import check_encodings, compute_result, lot_seed, result_to_json, verify_result

__all__ = [
    "Factors",
    "Progress",
    "Result",
    "Tally",
    "check_encodings",
    "compute_result",
    "decrypt",
    "factors_of",
    "lot_seed",
    "owned_json",
    "result_to_json",
    "verify_decryption_of",
    "verify_result",
]
