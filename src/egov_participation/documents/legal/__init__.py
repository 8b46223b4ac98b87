"""Structure recognised in lines: used for files of word processors and for pasted text alike."""

from egov_participation.documents.legal.reading import document_of

__all__ = ["document_of"]
