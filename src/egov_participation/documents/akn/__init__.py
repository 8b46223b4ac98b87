"""Akoma Ntoso 3.0 (LegalDocML), in and out."""

from egov_participation.documents.akn.reading import read_akn

__all__ = ["read_akn"]
