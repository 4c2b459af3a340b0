# Countersign with the OPA that it decides by. Nothing is fetched but what the locks name.

# The pinned OPA, built from source that tools/go.sum knows by digest.
FROM golang:1.26-bookworm AS opa
WORKDIR /src
COPY tools/go.mod tools/go.sum tools/build-opa.sh tools/
RUN sh tools/build-opa.sh

# The locked wheels, the gate, and the bundle that an OPA server loads.
FROM python:3.13-slim-bookworm AS gate
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
RUN python -m venv /opt/countersign
ENV PATH=/opt/countersign/bin:$PATH
COPY requirements/runtime.txt requirements/build.txt requirements/
RUN pip install --require-hashes --only-binary :all: --no-deps -r requirements/runtime.txt \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes --only-binary :all: -r requirements/build.txt
COPY --from=opa /src/.tools/bin/opa /usr/local/bin/opa
COPY . .
RUN /opt/build/bin/python -m hatchling build -t wheel \
    && pip install --no-deps --no-index dist/*.whl \
    && python tools/bundle.py bundle --opa /usr/local/bin/opa \
    && mkdir /opt/countersign/share/policies \
    && cp dist/countersign-bundle.tar.gz /opt/countersign/share/policies/ \
    && pip uninstall --yes pip

FROM python:3.13-slim-bookworm
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin countersign \
    && install --directory --mode=0700 --owner=10001 --group=10001 /var/lib/countersign
COPY --from=opa /src/.tools/bin/opa /usr/local/bin/opa
COPY --from=gate /opt/countersign /opt/countersign
ENV PATH=/opt/countersign/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    COUNTERSIGN_DATA_DIR=/var/lib/countersign \
    COUNTERSIGN_ENGINE=opa_child \
    COUNTERSIGN_OPA_BINARY=/usr/local/bin/opa \
    COUNTERSIGN_HOST=0.0.0.0 \
    COUNTERSIGN_PORT=8080
USER 10001:10001
WORKDIR /var/lib/countersign
VOLUME /var/lib/countersign
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/livez', timeout=3)"]
ENTRYPOINT ["countersign"]
CMD ["serve"]
