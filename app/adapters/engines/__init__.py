"""Policy engines: OPA over HTTP, OPA as a child process, and the shipped policies in WebAssembly.

The engine is chosen at start and never changes while running: an error of one engine is
never answered by another.
"""
