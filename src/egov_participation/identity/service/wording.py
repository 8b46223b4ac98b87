"""How somebody signed in, and how sure we are, in words (msgids)."""

from __future__ import annotations

from typing import Final

from egov_participation.i18n import N_
from egov_participation.identity.rules import Method

METHOD_WORDS: Final = {
    Method.MAILED_CODE: N_("with a mailed code"),
    Method.APP: N_("with a mailed code and your app"),
    Method.RECOVERY_CODE: N_("with a mailed code and a recovery code"),
    Method.PASSKEY: N_("with a passkey"),
    Method.OPENID: N_("with an electronic identity"),
}
LEVEL_WORDS: Final = {
    1: N_("level 1 of 3: a code from a mail"),
    2: N_("level 2 of 3: something that you have"),
    3: N_("level 3 of 3: your identity was checked in person or by the state"),
}
