"""The heart: use cases, and the steps they are made of. Start reading at decide.py.

Only a use case (decide, approve) calls steps; no step calls another. Nothing here knows
HTTP, SQL, OPA or the environment: the world comes in through app/ports/.
"""
