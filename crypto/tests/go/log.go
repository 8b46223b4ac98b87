package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"
)

// chosen is how many entries of a larger log are proved to be in it, besides those at its tiles' ends.
const chosen = 500

// A log is one whose signed checkpoint was opened.
type log struct {
	source *source
	tree   tlog.Tree
	tiles  *tiles
	hashes stored // recomputed from the entries
	done   counts
}

type counts struct {
	Entries       int64   `json:"entries"`
	Tiles         int     `json:"tiles"`
	Inclusions    int     `json:"inclusions"`
	Consistencies int     `json:"consistencies"`
	Sizes         []int64 `json:"sizes"`
}

// stored has the hashes of a tree in the order in which the module numbers them.
type stored []tlog.Hash

func (s stored) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = s[index]
	}
	return found, nil
}

// at returns a reader that is to let no hash through which is not in the tree. The module's let up to two tiles pass until
// version 0.40 (CVE-2026-56865), and Debian has older ones: recompute and verifyAt hold all tiles against the entries.
func (l *log) at(tree tlog.Tree) tlog.HashReader { return tlog.TileHashReader(tree, l.tiles) }

// recompute reads every entry and builds the tree from them; each must have its hash in the tiles too.
func (l *log) recompute() error {
	reader := l.at(l.tree)
	for start := int64(0); start < l.tree.N; start += width {
		t := tlog.Tile{H: height, L: -1, N: start / width, W: width}
		if left := l.tree.N - start; left < width {
			t.W = int(left)
		}
		entries, err := l.source.entries(t)
		if err != nil {
			return err
		}
		var indexes []int64
		for i := range entries {
			indexes = append(indexes, tlog.StoredHashIndex(0, start+int64(i)))
		}
		inTiles, err := reader.ReadHashes(indexes)
		if err != nil {
			return fmt.Errorf("entries from %d on: %w", start, err)
		}
		for i, entry := range entries {
			hash := tlog.RecordHash(entry)
			if hash != inTiles[i] {
				return fmt.Errorf("entry %d is another than the one whose hash is in its tile", start+int64(i))
			}
			added, err := tlog.StoredHashesForRecordHash(start+int64(i), hash, l.hashes)
			if err != nil {
				return err
			}
			l.hashes = append(l.hashes, added...)
		}
	}
	l.done.Entries = l.tree.N
	root, err := l.root(l.tree.N)
	if err == nil && root != l.tree.Hash {
		err = fmt.Errorf("the entries do not have the root hash that is signed")
	}
	return err
}

func (l *log) root(size int64) (tlog.Hash, error) {
	if size == 0 { // of which versions of the module think differently
		return sha256.Sum256(nil), nil
	}
	return tlog.TreeHash(size, l.hashes)
}

// verifyAt verifies what was published when the log had this size: tiles, bundles, proofs of entries.
func (l *log) verifyAt(size int64) error {
	root, err := l.root(size)
	if err != nil {
		return err
	}
	for _, t := range tilesOf(size) {
		wanted, err := tlog.ReadTileData(t, l.hashes)
		if err != nil {
			return err
		}
		found, err := l.tiles.tile(t)
		if err != nil {
			return err
		}
		if !bytes.Equal(wanted, found) {
			return fmt.Errorf("%s does not hold the hashes of its entries", tilePath(t))
		}
		l.done.Tiles++
	}
	if w := size % width; w > 0 && size < l.tree.N { // the others were read to recompute
		t := tlog.Tile{H: height, L: -1, N: size / width, W: int(w)}
		entries, err := l.source.entries(t)
		if err != nil {
			return err
		}
		for i, entry := range entries {
			if l.hashes[tlog.StoredHashIndex(0, size-w+int64(i))] != tlog.RecordHash(entry) {
				return fmt.Errorf("%s holds other entries than the log", tilePath(t))
			}
		}
	}
	reader := l.at(tlog.Tree{N: size, Hash: root})
	for n := int64(0); n < size; n++ {
		if size > chosen && n%(size/chosen) != 0 && n%width != 0 && n%width != width-1 && n != size-1 {
			continue
		}
		proof, err := tlog.ProveRecord(size, n, reader)
		if err == nil {
			err = tlog.CheckRecord(proof, size, root, n, l.hashes[tlog.StoredHashIndex(0, n)])
		}
		if err != nil {
			return fmt.Errorf("entry %d is not in the log of %d entries: %w", n, size, err)
		}
		l.done.Inclusions++
	}
	l.done.Sizes = append(l.done.Sizes, size)
	return nil
}

// verifyGrowth verifies that the log of one size begins with that of another, by a proof from the tiles.
func (l *log) verifyGrowth(older, newer tlog.Tree) error {
	if older.N > newer.N {
		return fmt.Errorf("the log has %d entries and had %d", newer.N, older.N)
	}
	if root, err := l.root(older.N); err != nil || root != older.Hash {
		return fmt.Errorf("the log of %d entries had another root hash", older.N)
	}
	if older.N == 0 {
		return nil
	}
	proof, err := tlog.ProveTree(newer.N, older.N, l.at(newer))
	if err == nil {
		err = tlog.CheckTree(proof, newer.N, newer.Hash, older.N, older.Hash)
	}
	if err != nil {
		return fmt.Errorf("the log of %d entries does not begin with that of %d: %w", newer.N, older.N, err)
	}
	l.done.Consistencies++
	return nil
}

// tilesOf lists the tiles of hashes of which a log of this size consists.
func tilesOf(size int64) []tlog.Tile {
	var list []tlog.Tile
	for level := 0; size > 0; level++ {
		for n := int64(0); n < size/width; n++ {
			list = append(list, tlog.Tile{H: height, L: level, N: n, W: width})
		}
		if w := int(size % width); w > 0 {
			list = append(list, tlog.Tile{H: height, L: level, N: size / width, W: w})
		}
		size /= width
	}
	return list
}
