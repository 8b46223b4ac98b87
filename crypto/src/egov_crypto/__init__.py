"""The cryptography of egov-participation: all that trust rests on, readable in an afternoon.

The Belenios voting protocol, version 1, over Ed25519. Start reading at :mod:`egov_crypto.verify`.
"""
