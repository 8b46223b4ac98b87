"""The officials' pages: what awaits them, the audit trail, jobs that failed, the page of all patterns."""
