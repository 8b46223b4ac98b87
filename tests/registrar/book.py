"""What whoever holds the registrar's database *and* its keys can read, as a test does: every private credential.

The product has no such way: there a credential leaves only through `Registrar.credential`.
"""

from __future__ import annotations

from egov_participation.database import Database, Schema
from egov_participation.registrar.models import RollEntry
from egov_participation.registrar.vault import Vault
from egov_participation.services import Services
from egov_participation.settings import Settings


class CredentialBook:
    """The credentials of the registrar that the settings name."""

    def __init__(self, held: Services | Settings) -> None:
        settings = held if isinstance(held, Settings) else held.settings
        self._vault = Vault.in_folder(settings.registrar_keys_dir)
        self._url = settings.registrar_database_url

    def credential(self, vote: str, person_id: str) -> str:
        """Somebody's private credential."""
        database = Database(self._url, Schema.REGISTRAR)
        try:
            with database.read() as session:
                entry = session.get(RollEntry, (vote, self._vault.owner(vote, person_id)))
        finally:
            database.close()
        assert entry is not None
        assert entry.sealed_credential is not None
        return self._vault.open(vote, person_id, entry.sealed_credential)
