"""The register of residents: what other rooms ask (`Registry`), and its two implementations."""

from __future__ import annotations

from datetime import timedelta

from egov_participation.clock import Clock
from egov_participation.database import Database
from egov_participation.registry.keys import IinKeys
from egov_participation.registry.rules import is_mail as is_mail
from egov_participation.registry.service.client import Access, RegistryClient
from egov_participation.registry.service.client import Unanswered as Unanswered
from egov_participation.registry.service.contacts import CorrectedRegistry as CorrectedRegistry
from egov_participation.registry.service.contacts import forget_contact as forget_contact
from egov_participation.registry.service.contacts import own_contact as own_contact
from egov_participation.registry.service.contacts import set_language as set_language
from egov_participation.registry.service.contacts import set_mail as set_mail
from egov_participation.registry.service.embedded import EmbeddedRegistry as EmbeddedRegistry
from egov_participation.registry.service.filling import Changes as Changes
from egov_participation.registry.service.filling import ImportProgress as ImportProgress
from egov_participation.registry.service.filling import add_residents as add_residents
from egov_participation.registry.service.filling import check_keys as check_keys
from egov_participation.registry.service.filling import count_residents as count_residents
from egov_participation.registry.service.filling import ill as ill
from egov_participation.registry.service.filling import import_file as import_file
from egov_participation.registry.service.filling import remove as remove
from egov_participation.registry.service.filling import renumber as renumber
from egov_participation.registry.service.http import Ages as Ages
from egov_participation.registry.service.http import HttpRegistry as HttpRegistry
from egov_participation.registry.service.interface import Person as Person
from egov_participation.registry.service.interface import Registry as Registry
from egov_participation.registry.service.interface import Status as Status
from egov_participation.settings import Settings


def registry_for(settings: Settings, database: Database, clock: Clock) -> Registry:
    """The registry that the settings ask for: one over HTTP where its address is set, else the embedded table.

    Raises:
        OSError, ValueError: see `keyring.secret`.
    """
    keys = IinKeys.open(settings.keys_dir)
    if not settings.registry_url or settings.registry_token_file is None:
        return EmbeddedRegistry(keys)
    access = Access(settings.registry_url, settings.registry_token_file, settings.registry_ca_file)
    ages = Ages(
        fresh=timedelta(days=settings.registry_fresh_days),
        stale=timedelta(days=settings.registry_stale_days),
        kept=timedelta(days=settings.registry_keep_days),
    )
    return HttpRegistry(RegistryClient(access), database, keys, clock, ages)
