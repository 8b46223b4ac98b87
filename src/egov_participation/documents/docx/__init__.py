"""Documents of Word (Office Open XML, ECMA-376), read with the standard library and lxml.

Nothing that a file names is ever fetched, run or unpacked to disk; see `package` for what is refused.
"""

from egov_participation.documents.docx.reading import read_docx

__all__ = ["read_docx"]
