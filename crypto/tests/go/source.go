package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/tlog"
)

const (
	height    = 8
	width     = 1 << height
	maxAnswer = width * (2 + 65535) // the largest bundle
)

// A source is where a log is published: the address of a site, or a folder with the same files.
type source struct {
	at     string
	client http.Client
}

func newSource(at string) *source {
	return &source{strings.TrimSuffix(at, "/"), http.Client{Timeout: 20 * time.Second}}
}

// read returns a file of the log's, or fs.ErrNotExist.
func (s *source) read(path string) ([]byte, error) {
	if !strings.HasPrefix(s.at, "http://") && !strings.HasPrefix(s.at, "https://") {
		return os.ReadFile(filepath.Join(s.at, filepath.FromSlash(path)))
	}
	answer, err := s.client.Get(s.at + "/" + path)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode == http.StatusNotFound {
		return nil, fmt.Errorf("%s: %w", path, fs.ErrNotExist)
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: answered with %s", path, answer.Status)
	}
	raw, err := io.ReadAll(io.LimitReader(answer.Body, maxAnswer+1))
	if err == nil && len(raw) > maxAnswer {
		err = fmt.Errorf("%s: too large", path)
	}
	return raw, err
}

// tilePath is where C2SP tlog-tiles has what the module calls tile/8/L/N, and tile/8/data/N.
func tilePath(t tlog.Tile) string {
	path := "tile/" + strings.TrimPrefix(t.Path(), fmt.Sprintf("tile/%d/", height))
	return strings.Replace(path, "tile/data/", "tile/entries/", 1)
}

// tile returns what is published of a tile. Whether a full one took a partial one's place, the second result tells.
func (s *source) tile(t tlog.Tile) ([]byte, bool, error) {
	raw, err := s.read(tilePath(t))
	if errors.Is(err, fs.ErrNotExist) && t.W < width {
		t.W = width
		raw, err = s.read(tilePath(t))
		return raw, true, err
	}
	return raw, false, err
}

// entries returns the entries of a bundle, t.W of them.
func (s *source) entries(t tlog.Tile) ([][]byte, error) {
	raw, instead, err := s.tile(t)
	if err != nil {
		return nil, err
	}
	var entries [][]byte
	for len(entries) < t.W {
		if len(raw) < 2 || len(raw)-2 < int(raw[0])<<8+int(raw[1]) {
			return nil, fmt.Errorf("%s: ends in the middle of an entry", tilePath(t))
		}
		end := 2 + int(raw[0])<<8 + int(raw[1])
		entries, raw = append(entries, raw[2:end]), raw[end:]
	}
	if len(raw) > 0 && !instead {
		return nil, fmt.Errorf("%s: more than its entries", tilePath(t))
	}
	return entries, nil
}

// tiles reads tiles of hashes, each once; it is a tlog.TileReader.
type tiles struct {
	source *source
	kept   map[tlog.Tile][]byte
}

func (r *tiles) Height() int { return height }

func (r *tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (r *tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, t := range wanted {
		raw, err := r.tile(t)
		if err != nil {
			return nil, err
		}
		found = append(found, raw)
	}
	return found, nil
}

func (r *tiles) tile(t tlog.Tile) ([]byte, error) {
	if raw, ok := r.kept[t]; ok {
		return raw, nil
	}
	raw, instead, err := r.source.tile(t)
	if err != nil {
		return nil, err
	}
	if size := t.W * tlog.HashSize; instead && len(raw) == width*tlog.HashSize {
		raw = raw[:size]
	} else if len(raw) != size {
		return nil, fmt.Errorf("%s: %d bytes instead of %d", tilePath(t), len(raw), size)
	}
	r.kept[t] = raw
	return raw, nil
}
