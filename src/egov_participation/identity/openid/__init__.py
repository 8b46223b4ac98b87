"""A client of OpenID Connect: signing in at an electronic identity's provider (OpenID Connect Core 1.0).

Written on httpx and joserfc, with the few lines of OAuth 2.0 between them, so that every check can be read here.
Nothing of it knows the database.
"""
