"""Audits of petitions by sample: are those who are counted people who signed?

The registrar alone knows whose pseudonyms stand in the log. So auditors draw some by lot, the registrar opens these to
them with proofs, the people are asked, and how many of them signed is published. What is computed here,
`egov_crypto.audit` defines and ``egov-verify petition`` repeats.
"""
