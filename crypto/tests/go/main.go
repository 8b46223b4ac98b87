// Command gotlog verifies a transparency log with Go's sumdb/note and sumdb/tlog, of golang.org/x/mod.
//
//	gotlog log [-sizes 1,300] [-kept FILE]… [-witness KEY]… WHERE KEY   all that is published at an address, or in a folder
//	gotlog proofs -sizes 1,300 WHERE KEY                             the proofs that the module makes of that log
//	gotlog receipt [-witness KEY]… FILE ENTRY KEY                    a tlog-proof, of the entry in another file
//
// It prints JSON and ends with 0, or says what does not hold and ends with 1.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

type options struct {
	sizes, kept, witnesses list
	arguments              []string
}

type list []string

func (l *list) String() string { return strings.Join(*l, ",") }

func (l *list) Set(value string) error {
	*l = append(*l, strings.Split(value, ",")...)
	return nil
}

func main() {
	result, err := run(os.Args[1:])
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(result)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(arguments []string) (interface{}, error) {
	var given options
	flags := flag.NewFlagSet("gotlog", flag.ContinueOnError)
	flags.Var(&given.sizes, "sizes", "further sizes that the log had")
	flags.Var(&given.kept, "kept", "file with a checkpoint that was kept from before")
	flags.Var(&given.witnesses, "witness", "key of a witness who must have cosigned")
	if len(arguments) == 0 {
		return nil, fmt.Errorf("log, proofs or receipt is wanted")
	}
	if err := flags.Parse(arguments[1:]); err != nil {
		return nil, err
	}
	given.arguments = flags.Args()
	switch name, count := arguments[0], flags.NArg(); {
	case name == "log" && count == 2:
		return verifyLog(given)
	case name == "proofs" && count == 2:
		return makeProofs(given)
	case name == "receipt" && count == 3:
		return verifyReceipt(given)
	}
	return nil, fmt.Errorf("log, proofs or receipt is wanted, with its arguments")
}

// open reads the log's checkpoint and recomputes its tree from the entries.
func open(given options) (*log, *policy, error) {
	p, err := newPolicy(given.arguments[1], given.witnesses)
	if err != nil {
		return nil, nil, err
	}
	s := newSource(given.arguments[0])
	signed, err := s.read("checkpoint")
	if err != nil {
		return nil, nil, err
	}
	tree, err := p.open(signed)
	if err != nil {
		return nil, nil, err
	}
	l := &log{source: s, tree: tree, tiles: &tiles{s, map[tlog.Tile][]byte{}}}
	return l, p, l.recompute()
}

// trees returns the sizes that were asked for, in order, with the root hashes that they had; the log's own last.
func (l *log) trees(sizes list) ([]tlog.Tree, error) {
	var found []tlog.Tree
	for _, text := range sizes {
		size, err := strconv.ParseInt(text, 10, 64)
		if err != nil || size < 0 || size > l.tree.N {
			return nil, fmt.Errorf("the log of %d entries never had %s", l.tree.N, text)
		}
		hash, err := l.root(size)
		if err != nil {
			return nil, err
		}
		if size != l.tree.N {
			found = append(found, tlog.Tree{N: size, Hash: hash})
		}
	}
	sort.Slice(found, func(i, j int) bool { return found[i].N < found[j].N })
	return append(found, l.tree), nil
}

func verifyLog(given options) (interface{}, error) {
	l, p, err := open(given)
	if err != nil {
		return nil, err
	}
	for _, file := range given.kept {
		signed, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		tree, err := (&policy{log: p.log}).open(signed)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if err := l.verifyGrowth(tree, l.tree); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
	}
	trees, err := l.trees(given.sizes)
	if err != nil {
		return nil, err
	}
	for i, newer := range trees {
		if err := l.verifyAt(newer.N); err != nil {
			return nil, err
		}
		for _, older := range trees[:i] {
			if err := l.verifyGrowth(older, newer); err != nil {
				return nil, err
			}
		}
	}
	return l.done, nil
}

type proofs struct {
	Inclusion   []tlog.RecordProof `json:"inclusion"`   // of each entry
	Consistency []tlog.TreeProof   `json:"consistency"` // with each size from 1 on
}

func makeProofs(given options) (interface{}, error) {
	l, _, err := open(given)
	if err != nil {
		return nil, err
	}
	trees, err := l.trees(given.sizes)
	if err != nil {
		return nil, err
	}
	made := map[int64]proofs{}
	for _, tree := range trees {
		var all proofs
		for n := int64(0); n < tree.N; n++ {
			inclusion, err := tlog.ProveRecord(tree.N, n, l.at(tree))
			if err != nil {
				return nil, err
			}
			consistency, err := tlog.ProveTree(tree.N, n+1, l.at(tree))
			if err != nil {
				return nil, err
			}
			all.Inclusion = append(all.Inclusion, inclusion)
			all.Consistency = append(all.Consistency, consistency)
		}
		made[tree.N] = all
	}
	return made, nil
}

func verifyReceipt(given options) (interface{}, error) {
	p, err := newPolicy(given.arguments[2], given.witnesses)
	if err != nil {
		return nil, err
	}
	raw, err := os.ReadFile(given.arguments[0])
	if err != nil {
		return nil, err
	}
	entry, err := os.ReadFile(given.arguments[1])
	if err != nil {
		return nil, err
	}
	tree, index, err := p.receipt(raw, entry)
	return map[string]int64{"size": tree.N, "index": index}, err
}
