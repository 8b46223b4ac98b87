"""Letters to an office: what messages to the contact centre and reports of incidents have in common.

Anybody may write by a form, signed in or not. Whoever did gets a number at once, and a mail where there is an address;
an official answers, and the answer goes there too. Each room keeps its own table, and says itself what a letter is
about, what of it is public, and when it is forgotten.
"""
