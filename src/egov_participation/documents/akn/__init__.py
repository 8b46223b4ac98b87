"""Akoma Ntoso 3.0 (LegalDocML), in and out."""

from egov_participation.documents.akn.eids import eids
from egov_participation.documents.akn.reading import read_akn
from egov_participation.documents.akn.writing import AknMeta, write_akn

__all__ = ["AknMeta", "eids", "read_akn", "write_akn"]
