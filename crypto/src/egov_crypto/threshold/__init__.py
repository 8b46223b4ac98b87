"""Trustees of whom some are enough: Pedersen's distributed key generation (specification sections 3.1.1 and 4.6).

Of m trustees any t decrypt together, and fewer learn nothing; t is the ``threshold`` that is published, one more than
the degree that the specification calls t. :mod:`.signing` and :mod:`.parameters` are what a verifier needs;
:mod:`.channel` and :mod:`.dealing` what a trustee does; :mod:`.ceremony` who is to do what, and in which order.
"""
