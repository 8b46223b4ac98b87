"""The commission's office: drafts of votes, their trustees, and what two members decide together."""
