package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A policy is whose signatures a checkpoint must bear: the log's, and those of all the witnesses.
type policy struct {
	log       note.Verifier
	witnesses []note.Verifier
}

func newPolicy(log string, witnesses []string) (*policy, error) {
	verifier, err := note.NewVerifier(log)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", log, err)
	}
	made := &policy{log: verifier}
	for _, key := range witnesses {
		w, err := newWitness(key)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", key, err)
		}
		made.witnesses = append(made.witnesses, w)
	}
	return made, nil
}

// open returns the tree that a checkpoint is of, once every signature that is asked for holds.
func (p *policy) open(signed []byte) (tlog.Tree, error) {
	wanted := append([]note.Verifier{p.log}, p.witnesses...)
	opened, err := note.Open(signed, note.VerifierList(wanted...))
	if err != nil {
		return tlog.Tree{}, fmt.Errorf("checkpoint: %w", err)
	}
	found := map[string]bool{}
	for _, s := range opened.Sigs {
		found[fmt.Sprintf("%s+%08x", s.Name, s.Hash)] = true
	}
	for _, v := range wanted {
		if key := fmt.Sprintf("%s+%08x", v.Name(), v.KeyHash()); !found[key] {
			return tlog.Tree{}, fmt.Errorf("checkpoint: not signed by %s", key)
		}
	}
	// The module reads checkpoints of one log, which are written alike but for the first line.
	origin := p.log.Name() + "\n"
	text := []byte("go.sum database tree\n" + strings.TrimPrefix(opened.Text, origin))
	tree, err := tlog.ParseTree(text)
	if err != nil || !strings.HasPrefix(opened.Text, origin) || !bytes.Equal(tlog.FormatTree(tree), text) {
		return tlog.Tree{}, fmt.Errorf("checkpoint: not one of %s: %q", p.log.Name(), opened.Text)
	}
	return tree, nil
}

// witness verifies cosignatures (C2SP tlog-cosignature, version 1), which the module does not know.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func newWitness(text string) (note.Verifier, error) {
	parts := strings.SplitN(text, "+", 3)
	if len(parts) != 3 {
		return nil, fmt.Errorf("not a verifier key")
	}
	raw, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || len(raw) != 1+ed25519.PublicKeySize || raw[0] != 4 {
		return nil, fmt.Errorf("not the key of a witness")
	}
	sum := sha256.Sum256(append([]byte(parts[0]+"\n"), raw...))
	hash := binary.BigEndian.Uint32(sum[:])
	if parts[1] != fmt.Sprintf("%08x", hash) {
		return nil, fmt.Errorf("the key does not match its digits")
	}
	return &witness{parts[0], hash, ed25519.PublicKey(raw[1:])}, nil
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }
func (w *witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(w.key, []byte(signed), sig[8:])
}

// receipt verifies a proof that an entry is in the log (C2SP tlog-proof).
func (p *policy) receipt(raw, entry []byte) (tlog.Tree, int64, error) {
	head, signed, found := strings.Cut(string(raw), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || lines[0] != "c2sp.org/tlog-proof@v1" {
		return tlog.Tree{}, 0, fmt.Errorf("not a tlog-proof")
	}
	lines = lines[1:]
	if len(lines) > 0 && strings.HasPrefix(lines[0], "extra ") {
		lines = lines[1:]
	}
	if len(lines) == 0 || !strings.HasPrefix(lines[0], "index ") {
		return tlog.Tree{}, 0, fmt.Errorf("no index")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[0], "index "), 10, 64)
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	var proof tlog.RecordProof
	for _, line := range lines[1:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return tlog.Tree{}, 0, err
		}
		proof = append(proof, hash)
	}
	tree, err := p.open([]byte(signed))
	if err != nil {
		return tlog.Tree{}, 0, err
	}
	return tree, index, tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry))
}
