"""What makes the log checkable by a stranger: tree, signed checkpoints, proofs. All pure.

The formats are those of C2SP (signed-note, tlog-checkpoint, tlog-tiles, tlog-proof,
tlog-policy, tlog-cosignature), so that other people's verifiers read them too.
"""
