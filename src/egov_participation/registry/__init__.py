"""The register of residents: who exists, behind an interface, with an embedded table as its first implementation."""
