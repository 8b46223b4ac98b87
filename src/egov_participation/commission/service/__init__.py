"""What the commission does with votes before and while they are the public's: one file for each use case."""

from egov_participation.commission.service import letters as letters  # so that every kind of notice is stated
