"""Normative documents: read from the files that ministries have, compared, and written out again. Knows no tables."""
