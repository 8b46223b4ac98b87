import pytest
import tests.look.test_pages as tp
from tests.look.test_pages import LOOKS, screen, settings

MINE = ("petitions.integrity","petitions.pressure","petitions.office_signatures","petitions.dry_run","petitions.invalidation","petitions.undo_invalidation","petitions.pressure_sent","petitions.pressure_case","petitions.pressure_queue","petitions.paper_form","petitions.paper","petitions.reinstate")

@pytest.mark.browser
def test_mine(screen, world):
    from tests.look.addresses import FURTHER, PARAMS, pages_by_route, path_of
    found = []
    world.hold_votes()
    todo = [(s.name, world.client(s), path_of(s, world)) for s in pages_by_route() if s.name in MINE]
    todo += [(n, *FURTHER[n](world)) for n in ("a dry run",)]
    for name, client, path in todo:
        status = client.get(tp.address("kk", path)).status_code
        print(name, status)
        for lang, looks in LOOKS.items():
            page = screen.show(client, lang, path, status)
            for size, dark in looks:
                screen.look(size, dark)
                tp.picture(page, name.replace(" ", "-"), lang, size, dark)
                wrong = [*tp.barriers(page)] if lang == "kk" else []
                if wide := tp.too_wide(page):
                    wrong.append(f"{wide} px too wide")
                if wrong:
                    found.append((name, lang, size, wrong))
    assert not found, found
