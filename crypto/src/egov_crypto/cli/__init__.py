"""Command-line tools: `egov-verify` and `egov-ballot`."""
