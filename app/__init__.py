"""Countersign: a policy-as-code gate for machine-learning model releases.

The map, outermost first; a layer imports only what stands below it:

    wsgi, command    processes: gunicorn's entry, the start of the `countersign` command
    cli              what the command does, one file a noun
    demo             example releases and the private sigstore that signs them
    factory          builds the Flask application
    bootstrap        chooses an adapter for each port: the composition root
    settings         the environment, read once; telemetry: logs and metrics
    api, adapters    HTTP; one folder a port, one file an integration
    gate             the use cases and their steps: start reading at gate/decide.py
    ports            every Protocol the gate needs, on one page
    domain           frozen values; no I/O, no framework, no clock
"""

__version__ = "0.1.0"
