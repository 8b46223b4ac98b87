"""The web around every room: routing, templates, language, forms, and what protects them. It knows no domain."""
