package main

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"os"

	vsa "github.com/in-toto/attestation/go/predicates/vsa/v1"
	intoto "github.com/in-toto/attestation/go/v1"
	"github.com/secure-systems-lab/go-securesystemslib/dsse"
	"github.com/secure-systems-lab/go-securesystemslib/signerverifier"
	sigstore "github.com/sigstore/protobuf-specs/gen/pb-go/bundle/v1"
	"google.golang.org/protobuf/encoding/protojson"
)

const (
	bundleType   = "application/vnd.dev.sigstore.bundle.v0.3+json"
	payloadType  = "application/vnd.in-toto+json"
	summaryType  = "https://slsa.dev/verification_summary/v1"
	summaryState = "PASSED"
)

// attestation checks that a key signed a verification summary which lets a digest pass.
//
// (1) the file is a sigstore bundle of version 0.3, by the protobuf definition of its makers
// (2) it names this very key, and brings none along
// (3) the key signed the envelope (DSSE)
// (4) the payload is an in-toto statement, one of whose subjects has the digest
// (5) what it states is a SLSA verification summary, and the result is a pass
func attestation(path, keyPath, digest string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	keyPEM, err := os.ReadFile(keyPath)
	if err != nil {
		return err
	}
	bundle := &sigstore.Bundle{}
	if err := protojson.Unmarshal(content, bundle); err != nil { // (1)
		return err
	}
	if bundle.GetMediaType() != bundleType {
		return fmt.Errorf("a bundle of the type %q", bundle.GetMediaType())
	}
	if err := names(bundle, keyPEM); err != nil { // (2)
		return err
	}
	payload, err := opened(bundle, keyPEM) // (3)
	if err != nil {
		return err
	}
	statement := &intoto.Statement{}
	if err := protojson.Unmarshal(payload, statement); err != nil { // (4)
		return err
	}
	if err := statement.Validate(); err != nil {
		return err
	}
	if !isAbout(statement, digest) {
		return errors.New("the statement is about something else")
	}
	return passes(statement) // (5)
}

func names(bundle *sigstore.Bundle, keyPEM []byte) error {
	block, _ := pem.Decode(keyPEM)
	if block == nil {
		return errors.New("the key is no PEM")
	}
	if _, err := x509.ParsePKIXPublicKey(block.Bytes); err != nil {
		return err
	}
	digest := sha256.Sum256(block.Bytes)
	hint := bundle.GetVerificationMaterial().GetPublicKey().GetHint()
	if hint != base64.StdEncoding.EncodeToString(digest[:]) {
		return errors.New("the bundle names another key")
	}
	return nil
}

func opened(bundle *sigstore.Bundle, keyPEM []byte) ([]byte, error) {
	key, err := signerverifier.LoadKey(keyPEM)
	if err != nil {
		return nil, err
	}
	if key.KeyType != signerverifier.ECDSAKeyType {
		return nil, fmt.Errorf("a key of the type %q", key.KeyType)
	}
	trusted, err := signerverifier.NewECDSASignerVerifierFromSSLibKey(key)
	if err != nil {
		return nil, err
	}
	verifier, err := dsse.NewEnvelopeVerifier(trusted)
	if err != nil {
		return nil, err
	}
	stated := bundle.GetDsseEnvelope()
	if stated.GetPayloadType() != payloadType {
		return nil, fmt.Errorf("a payload of the type %q", stated.GetPayloadType())
	}
	envelope := &dsse.Envelope{
		PayloadType: stated.GetPayloadType(),
		Payload:     base64.StdEncoding.EncodeToString(stated.GetPayload()),
	}
	for _, signature := range stated.GetSignatures() {
		envelope.Signatures = append(envelope.Signatures, dsse.Signature{
			KeyID: signature.GetKeyid(),
			Sig:   base64.StdEncoding.EncodeToString(signature.GetSig()),
		})
	}
	_, payload, err := verifier.VerifyAndDecode(context.Background(), envelope)
	return payload, err
}

func isAbout(statement *intoto.Statement, digest string) bool {
	for _, subject := range statement.GetSubject() {
		if subject.GetDigest()["sha256"] == digest {
			return true
		}
	}
	return false
}

func passes(statement *intoto.Statement) error {
	if statement.GetPredicateType() != summaryType {
		return fmt.Errorf("no verification summary, but a %q", statement.GetPredicateType())
	}
	predicate, err := protojson.Marshal(statement.GetPredicate())
	if err != nil {
		return err
	}
	summary := &vsa.VerificationSummary{}
	// Members beyond the specification's own are let be, as it asks of consumers.
	tolerant := protojson.UnmarshalOptions{DiscardUnknown: true}
	if err := tolerant.Unmarshal(predicate, summary); err != nil {
		return err
	}
	if summary.GetVerificationResult() != summaryState {
		return fmt.Errorf("the result is %q", summary.GetVerificationResult())
	}
	told, err := json.Marshal(map[string]any{
		"verifier":  summary.GetVerifier().GetId(),
		"time":      summary.GetTimeVerified().AsTime(),
		"resource":  summary.GetResourceUri(),
		"policy":    summary.GetPolicy().GetUri(),
		"revision":  summary.GetPolicy().GetDigest()["sha256"],
		"inputs":    inputs(summary),
		"levels":    summary.GetVerifiedLevels(),
		"subjects":  len(statement.GetSubject()),
		"slsa":      summary.GetSlsaVersion(),
		"predicate": statement.GetPredicateType(),
	})
	if err != nil {
		return err
	}
	fmt.Println(string(told))
	return nil
}

func inputs(summary *vsa.VerificationSummary) []string {
	digests := []string{}
	for _, input := range summary.GetInputAttestations() {
		digests = append(digests, input.GetDigest()["sha256"])
	}
	return digests
}
