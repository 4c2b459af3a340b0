// Verifier checks what Countersign hands out with packages that share no line with it: a log
// bundle or a receipt with the transparency-log packages of the Go project, an attestation
// with those of sigstore, secure-systems-lab and in-toto.
//
//	verifier bundle BUNDLE.zip VKEY
//	verifier receipt RECEIPT.tlog-proof ENTRY VKEY
//	verifier attestation BUNDLE.json KEY.pem SHA256
//
// It prints "whole", "proven" or what the attestation says in JSON and exits 0, or says what
// is wrong and exits 1.
package main

import (
	"archive/zip"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "NOT VERIFIED:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	switch {
	case len(args) == 3 && args[0] == "bundle":
		return bundle(args[1], args[2])
	case len(args) == 4 && args[0] == "receipt":
		return receipt(args[1], args[2], args[3])
	case len(args) == 4 && args[0] == "attestation":
		return attestation(args[1], args[2], args[3])
	}
	return errors.New("usage: verifier bundle BUNDLE VKEY | verifier receipt RECEIPT ENTRY VKEY" +
		" | verifier attestation BUNDLE KEY SHA256")
}

// bundle rebuilds the whole tree from the entries alone and compares its root with the signed one.
func bundle(path, vkey string) error {
	archive, err := zip.OpenReader(path)
	if err != nil {
		return err
	}
	defer archive.Close()
	signed, err := member(&archive.Reader, "checkpoint")
	if err != nil {
		return err
	}
	tree, err := checkpoint(signed, vkey)
	if err != nil {
		return err
	}
	hashes := memory{}
	for n := int64(0); n < tree.N; n += 256 {
		width := min(256, tree.N-n)
		name := (tlog.Tile{H: 8, L: -1, N: n / 256, W: int(width)}).Path()
		name = strings.Replace(name, "tile/8/data/", "tile/entries/", 1)
		content, err := member(&archive.Reader, name)
		if err != nil {
			return err
		}
		for i := range width {
			var entry []byte
			if entry, content, err = next(content); err != nil {
				return fmt.Errorf("entry %d: %w", n+i, err)
			}
			added, err := tlog.StoredHashes(n+i, entry, hashes)
			if err != nil {
				return err
			}
			hashes = append(hashes, added...)
		}
		if len(content) != 0 {
			return fmt.Errorf("%s holds more than its entries", name)
		}
	}
	root, err := tlog.TreeHash(tree.N, hashes)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the entries do not lead to the signed root")
	}
	fmt.Printf("whole: %d entries\n", tree.N)
	return nil
}

// receipt checks that the very bytes of an entry stand in the signed tree.
func receipt(path, entryPath, vkey string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(entryPath)
	if err != nil {
		return err
	}
	head, signed, ok := strings.Cut(string(content), "\n\n")
	lines := strings.Split(head, "\n")
	if !ok || len(lines) < 2 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("not a tlog-proof")
	}
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[2:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return err
		}
		proof = append(proof, hash)
	}
	tree, err := checkpoint([]byte(signed), vkey)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Println("proven")
	return nil
}

func checkpoint(signed []byte, vkey string) (tlog.Tree, error) {
	verifier, err := note.NewVerifier(strings.TrimSpace(vkey))
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("not a checkpoint of this log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, errors.New("the checkpoint has no root")
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

func member(archive *zip.Reader, name string) ([]byte, error) {
	file, err := archive.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(file)
}

func next(content []byte) (entry, rest []byte, err error) {
	if len(content) < 2 {
		return nil, nil, io.ErrUnexpectedEOF
	}
	end := 2 + int(binary.BigEndian.Uint16(content))
	if len(content) < end {
		return nil, nil, io.ErrUnexpectedEOF
	}
	return content[2:end], content[end:], nil
}

// memory holds every stored hash of the tree by its index.
type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(m)) {
			return nil, fmt.Errorf("no hash %d", index)
		}
		found[i] = m[index]
	}
	return found, nil
}
