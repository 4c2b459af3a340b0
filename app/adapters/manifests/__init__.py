"""Reads the references to models out of Kubernetes manifests."""
