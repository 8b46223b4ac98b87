import pytest
from tests.look.test_pages import *
from tests.look.test_pages import LOOKS, Screen, picture, screen, settings
import tests.look.test_pages as tp

MINE = ("petitions.petition", "petitions.petitions", "petitions.counter")


@pytest.mark.browser
def test_mine(screen, world):
    from tests.look.addresses import FURTHER, PARAMS, pages_by_route, path_of

    found = []
    world.hold_votes()
    todo = [(s.name, world.client(s), path_of(s, world)) for s in pages_by_route() if s.name in MINE]
    todo += [
        (n, *FURTHER[n](world))
        for n in ("a petition that was rejected", "a petition that is hidden", "a petition that is answered")
    ]
    todo += [("list", world.anybody, "/petitions?state=all&sort=most")]
    for name, client, path in todo:
        status = client.get(tp.address("kk", path)).status_code
        for lang, looks in LOOKS.items():
            page = screen.show(client, lang, path, status)
            for size, dark in looks:
                screen.look(size, dark)
                picture(page, name.replace(" ", "-"), lang, size, dark)
                wrong = [*tp.barriers(page)] if lang == "kk" else []
                if wide := tp.too_wide(page):
                    wrong.append(f"{wide} px too wide")
                if wrong:
                    found.append((name, lang, size, wrong))
    assert not found, found


del test_every_page_can_be_read_by_everybody_and_is_no_wider_than_the_screen, test_what_each_page_is_about_is_known
