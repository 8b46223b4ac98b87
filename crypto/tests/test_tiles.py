"""Where a log's tiles and bundles lie, what they hold, and a log that is read whole."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from copy import deepcopy

import pytest
from crypto.tests.logs import LEAVES, Log, entry, flipped, mth

from egov_crypto import merkle
from egov_crypto.checkpoint import Checkpoint
from egov_crypto.errors import UsageError, VerificationError
from egov_crypto.merkle import leaf_hash
from egov_crypto.tiles import ENTRIES, Edge, Tile, bundle, bundle_entries, hash_reader, tile_hashes, tiles_between
from egov_crypto.walk import walk

# From c2sp.org/tlog-tiles, and for its height from golang.org/x/mod, sumdb/tlog/tlog_test.go.
PATHS = {
    "tile/0/x001/x234/067": Tile(0, 1_234_067),
    "tile/2/000.p/1": Tile(2, 0, 1),
    "tile/0/001": Tile(0, 1),
    "tile/0/001.p/5": Tile(0, 1, 5),
    "tile/3/x123/x456/078": Tile(3, 123_456_078),
    "tile/3/x123/x456/078.p/2": Tile(3, 123_456_078, 2),
    "tile/entries/x003/x057/500": Tile(ENTRIES, 3_057_500),
    "tile/entries/000.p/255": Tile(ENTRIES, 0, 255),
    "tile/63/000": Tile(63, 0),
    "tile/0/x036/x028/x797/x018/x963/967.p/1": Tile(0, 36_028_797_018_963_967, 1),
}
NO_PATHS = [
    "",
    "tile",
    "tile/0",
    "tile/0/",
    "/tile/0/000",
    "tile/0/000/",
    "tile/0/0",
    "tile/0/00",
    "tile/0/0000",
    "tile/0/x000",
    "tile/0/x000/067",
    "tile/0/000/067",
    "tile/0/X001/067",
    "tile/0/x001/x067",
    "tile/0/x1/067",
    "tile/00/000",
    "tile/01/000",
    "tile/-1/000",
    "tile/+1/000",
    "tile/64/000",
    "tile/8/0/000",
    "tile/data/000",
    "tile/Entries/000",
    "tile/0/000.p",
    "tile/0/000.p/",
    "tile/0/000.p/0",
    "tile/0/000.p/00",
    "tile/0/000.p/05",
    "tile/0/000.p/256",
    "tile/0/000.p/999",
    "tile/0/000.p/-1",
    "tile/0/000.P/1",
    "tile/0/000.p/1/",
    "tile/0/000\n",
    "tile/0/٠٠٠",
    "tile/0/../000",
    "tile/5/123/456/078",
    "tile/0/x036/x028/x797/x018/x963/968",
    "tile/7/128",
    "tile/0/x001/x000/x000/x000/x000/x000/x000/000",
]

LARGE = 70_000
"""The size of the specification's example; three levels of tiles."""


@pytest.fixture(scope="module")
def log() -> Log:
    return Log(LARGE)


@pytest.fixture
def published(log: Log) -> Log:
    """One's own copy, to change."""
    mine = Log()
    mine.files, mine.edge = dict(log.files), log.edge
    return mine


def lying(log: Log, tile: Tile, change: Callable[[bytes], bytes]) -> None:
    log.files[tile.path] = change(log.files[tile.path])


def refused(log: Log, checkpoint: Checkpoint | None = None) -> VerificationError:
    with pytest.raises(VerificationError) as error:
        for _ in walk(log.fetch, checkpoint or log.checkpoint):
            pass
    return error.value


@pytest.mark.parametrize(("text", "tile"), PATHS.items())
def test_a_path_says_which_tile_it_is_of(text: str, tile: Tile) -> None:
    assert tile.path == text
    assert Tile.parse(text) == tile


@pytest.mark.parametrize("text", NO_PATHS)
def test_a_path_has_one_spelling(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        Tile.parse(text)


def test_a_log_consists_of_the_tiles_that_the_specification_counts() -> None:
    def counted(size: int) -> dict[int, tuple[int, list[int]]]:
        """Full tiles, and the widths of partial ones, of each level."""
        of = {level: [tile for tile in tiles_between(0, size) if tile.level == level] for level in range(-1, 4)}
        return {
            level: (sum(tile.width == 256 for tile in found), [tile.width for tile in found if tile.width < 256])
            for level, found in of.items()
            if found
        }

    assert counted(70_000) == {-1: (273, [112]), 0: (273, [112]), 1: (1, [17]), 2: (0, [1])}
    assert counted(256) == {-1: (1, []), 0: (1, []), 1: (0, [1])}
    assert counted(255) == {-1: (0, [255]), 0: (0, [255])}
    assert counted(0) == {}
    assert sum(1 for _ in tiles_between(2**63 - 2, 2**63 - 1)) == 2


def test_a_log_that_grows_adds_what_it_did_not_have() -> None:
    for old, new, added in (
        (0, 0, []),
        (5, 5, []),
        (255, 256, [(ENTRIES, 0, 256), (0, 0, 256), (1, 0, 1)]),
        (256, 257, [(ENTRIES, 1, 1), (0, 1, 1)]),
        (300, 700, [(ENTRIES, 1, 256), (ENTRIES, 2, 188), (0, 1, 256), (0, 2, 188), (1, 0, 2)]),
    ):
        assert list(tiles_between(old, new)) == [Tile(*tile) for tile in added]
    for old, new in ((6, 5), (-1, 5), (0, 2**63)):
        with pytest.raises(UsageError):
            tiles_between(old, new)


def test_the_edge_gives_the_tiles_and_the_root_of_rfc_6962(log: Log) -> None:
    assert set(log.files) == {tile.path for tile in tiles_between(0, LARGE)}
    leaves = [leaf_hash(entry(number)) for number in range(LARGE)]
    assert log.checkpoint.root == mth(leaves)
    assert log.files["tile/0/272"] == b"".join(leaves[272 * 256 : 273 * 256])
    assert log.files["tile/1/001.p/17"][:32] == mth(leaves[65_536 : 65_536 + 256])
    assert log.files["tile/2/000.p/1"] == mth(leaves[:65_536])


def test_an_edge_that_is_loaded_goes_on_like_the_one_that_was_kept() -> None:
    grown = Log()
    for size in (0, 1, 255, 256, 257, 511, 512, 65_535, 65_536, LARGE):
        grown.grow(size)
        loaded = Edge.load(grown.fetch, size)
        assert (loaded.size, loaded.root(), loaded.partial()) == (size, grown.edge.root(), grown.edge.partial())
        kept = deepcopy(grown.edge)
        assert loaded.extend(LEAVES[:300]) == kept.extend(LEAVES[:300])
        assert (loaded.root(), loaded.partial()) == (kept.root(), kept.partial())


def test_a_bundle_holds_each_entry_after_its_length() -> None:
    entries = [b"", b"a", b"x" * 65_535]
    raw = bundle(entries)
    assert raw[:6] == b"\0\0\0\1a\xff"
    assert bundle_entries(Tile(ENTRIES, 0, 3), raw) == entries
    assert bundle([]) == b""
    with pytest.raises(UsageError, match="65536"):
        bundle([b"x" * 65_536])


def test_a_bundle_that_is_cut_off_or_goes_on_is_refused() -> None:
    tile = Tile(ENTRIES, 0, 3)
    raw = bundle([b"one", b"two", b"three"])
    for wrong in (b"", *(raw[:end] for end in range(len(raw))), raw + b"\0", raw + b"\0\0", b"\xff\xff" + raw[2:]):
        with pytest.raises(VerificationError, match=r"bundle\.format"):
            bundle_entries(tile, wrong)
    for width in (2, 4):
        with pytest.raises(VerificationError, match=r"bundle\.format"):
            bundle_entries(Tile(ENTRIES, 0, width), raw)


def test_a_tile_of_another_width_is_refused() -> None:
    tile = Tile(0, 7, 3)
    assert tile_hashes(tile, b"".join(LEAVES[:3])) == LEAVES[:3]
    for raw in (
        b"",
        b"".join(LEAVES[:2]),
        b"".join(LEAVES[:4]),
        b"".join(LEAVES[:3])[:-1],
        b"".join(LEAVES[:3]) + b"\0",
    ):
        with pytest.raises(VerificationError, match=r"tile\.format"):
            tile_hashes(tile, raw)


def test_proofs_are_made_from_tiles(log: Log) -> None:
    root = log.checkpoint.root
    for index in (0, 1, 255, 256, 65_535, 65_536, 69_887, 69_888, LARGE - 1):
        proof = merkle.prove_inclusion(hash_reader(log.fetch, LARGE), index, LARGE)
        merkle.verify_inclusion(leaf_hash(entry(index)), index, LARGE, proof, root)
    grown = Edge()
    for old in (1, 255, 256, 300, 65_535, 65_536, 65_537, 69_999, LARGE):
        grown.extend(leaf_hash(entry(number)) for number in range(grown.size, old))
        proof = merkle.prove_consistency(hash_reader(log.fetch, LARGE), old, LARGE)
        merkle.verify_consistency(old, grown.root(), LARGE, root, proof)


def test_a_proof_takes_few_tiles_and_each_once(log: Log) -> None:
    fetched: list[Tile] = []

    def fetch(tile: Tile) -> bytes:
        fetched.append(tile)
        return log.fetch(tile)

    merkle.prove_inclusion(hash_reader(fetch, LARGE), 12_345, LARGE)
    assert len(fetched) == len(set(fetched)) <= 6
    assert all(tile in set(tiles_between(0, LARGE)) for tile in fetched)


def test_a_reader_asks_for_no_tile_that_the_log_does_not_have(log: Log) -> None:
    read = hash_reader(log.fetch, LARGE)
    assert read(16, 0) == merkle.tree_root(read, 65_536)
    for level, index in ((0, LARGE), (16, 1), (17, 0), (62, 0), (0, -1)):
        with pytest.raises(UsageError):
            read(level, index)


def test_a_partial_tile_that_is_gone_is_the_beginning_of_the_full_one() -> None:
    grown = Log(300, 600)
    partial = Tile(0, 1, 44)
    assert grown.files.pop(partial.path) == grown.files[partial.full.path][: 44 * 32]
    older = Edge.load(lambda tile: grown.files.get(tile.path) or grown.fetch(tile.full)[: tile.width * 32], 300)
    assert older.root() == mth(LEAVES[:300])


def test_a_whole_log_is_read_in_order(log: Log) -> None:
    read = list(walk(log.fetch, log.checkpoint))
    assert read == [(number, entry(number)) for number in range(LARGE)]
    assert list(walk(Log().fetch, Log().checkpoint)) == []
    for size in (1, 255, 256, 257, 512, 700):
        assert [index for index, _ in walk(Log(size).fetch, Log(size).checkpoint)] == list(range(size))


def test_a_part_of_a_log_is_read_without_the_rest(log: Log) -> None:
    for part in (
        range(1),
        range(300, 300),
        range(250, 260),
        range(256, 512),
        range(65_530, 65_537),
        range(69_999, 80_000),
    ):
        fetched: list[Tile] = []

        def fetch(tile: Tile, fetched: list[Tile] = fetched) -> bytes:
            fetched.append(tile)
            return log.fetch(tile)

        read = [index for index, _ in walk(fetch, log.checkpoint, part)]
        assert read == [number for number in part if number < LARGE]
        bundles = [tile.index for tile in fetched if tile.level == ENTRIES]
        assert bundles == sorted({number // 256 for number in part if number < LARGE})
        assert len(fetched) == len(set(fetched)) <= 8


def test_reading_a_log_takes_no_more_memory_than_a_few_tiles(log: Log) -> None:
    tracemalloc.start()
    try:
        for _ in walk(log.fetch, log.checkpoint, range(20_000)):
            pass
        assert tracemalloc.get_traced_memory()[1] < 300_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("tile", "code", "place"),
    [
        (Tile(0, 100), "tile.hashes", "tile/0/100"),
        (Tile(0, 272), "tile.hashes", "tile/0/272"),
        (Tile(1, 0), "tile.hashes", "tile/1/000"),
        (Tile(0, 273, 112), "log.root", "70000"),
        (Tile(1, 1, 17), "log.root", "70000"),
        (Tile(2, 0, 1), "log.root", "70000"),
        (Tile(ENTRIES, 100), "bundle.entries", "entry 25600, in tile/entries/100"),
        (Tile(ENTRIES, 273, 112), "bundle.entries", "entry 69888, in tile/entries/273.p/112"),
    ],
)
def test_a_flipped_bit_is_found_where_it_is(published: Log, tile: Tile, code: str, place: str) -> None:
    lying(published, tile, lambda raw: flipped(raw, 8 * 5))
    error = refused(published)
    assert error.code == code
    assert place in error.detail


def test_every_byte_of_a_log_counts() -> None:
    sound = Log(300)
    list(walk(sound.fetch, sound.checkpoint))
    for name, raw in sound.files.items():
        for place in range(0, len(raw), 89):
            sound.files[name] = flipped(raw, 8 * place + place % 8)
            refused(sound)
        sound.files[name] = raw


def test_a_dropped_entry_is_found(published: Log) -> None:
    kept = [entry(number) for number in range(25_600, 25_856) if number != 25_700]
    lying(published, Tile(ENTRIES, 100), lambda raw: bundle(kept))
    assert refused(published).code == "bundle.format"
    lying(published, Tile(ENTRIES, 100), lambda raw: bundle([*kept, entry(25_856)]))
    assert "entry 25700," in refused(published).detail
    lying(published, Tile(0, 100), lambda raw: b"".join(map(leaf_hash, [*kept, entry(25_856)])))
    error = refused(published)
    assert (error.code, error.detail) == ("tile.hashes", "tile/0/100")


def test_a_log_without_its_last_entry_is_another(published: Log) -> None:
    shorter = Log(LARGE - 1)
    published.files |= {path: raw for path, raw in shorter.files.items() if path.endswith("/111")}
    assert refused(published, Checkpoint("a", LARGE - 1, published.checkpoint.root)).code == "log.root"
    assert refused(shorter, Checkpoint("a", LARGE - 1, published.checkpoint.root)).code == "log.root"
    list(walk(shorter.fetch, shorter.checkpoint, range(10)))


def test_tiles_in_each_others_place_are_found(published: Log) -> None:
    files = published.files
    files["tile/0/100"], files["tile/0/101"] = files["tile/0/101"], files["tile/0/100"]
    assert refused(published).detail == "tile/0/100"
    files["tile/entries/005"], files["tile/entries/006"] = files["tile/entries/006"], files["tile/entries/005"]
    assert "entry 1280," in refused(published).detail


def test_a_tile_that_was_cut_off_is_found(published: Log) -> None:
    for tile in (Tile(0, 100), Tile(1, 0), Tile(0, 273, 112)):
        sound = published.files[tile.path]
        lying(published, tile, lambda raw: raw[:-32])
        error = refused(published)
        assert (error.code, error.detail) == ("tile.format", tile.path)
        published.files[tile.path] = sound


def test_what_the_source_of_tiles_raises_goes_through(published: Log) -> None:
    del published.files["tile/0/100"]
    read = []
    with pytest.raises(KeyError, match="tile/0/100"):
        read.extend(walk(published.fetch, published.checkpoint))


def test_proofs_made_from_lying_tiles_do_not_hold(published: Log) -> None:
    lying(published, Tile(0, 100), lambda raw: flipped(raw, 0))
    proof = merkle.prove_inclusion(hash_reader(published.fetch, LARGE), 25_601, LARGE)
    with pytest.raises(VerificationError, match=r"inclusion\.proof"):
        merkle.verify_inclusion(leaf_hash(entry(25_601)), 25_601, LARGE, proof, published.checkpoint.root)
