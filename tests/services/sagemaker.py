"""A SageMaker Model Registry on loopback: the server of moto, which keeps model packages."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import botocore.session  # type: ignore[import-untyped] # no types
from moto.server import (  # type: ignore[attr-defined] # it names nothing that it exports
    DomainDispatcherApplication,
    create_backend_app,
)
from werkzeug.serving import WSGIRequestHandler, make_server

REGION = "eu-central-1"


class Quiet(WSGIRequestHandler):
    """Logs no request."""

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


@dataclass
class Registry:
    """The registry, asked as its owner."""

    url: str
    client: Any

    def package(self, approval: str = "PendingManualApproval") -> str:
        """Make a version of a model package, and give its ARN."""
        made = self.client.create_model_package(
            ModelPackageGroupName="router", ModelApprovalStatus=approval
        )
        return str(made["ModelPackageArn"])

    def said(self, arn: str) -> tuple[str, str]:
        """Tell the approval of a package, and why."""
        package = self.client.describe_model_package(ModelPackageName=arn)
        return package["ModelApprovalStatus"], package.get("ApprovalDescription", "")

    def approve(self, arn: str, approval: str = "Approved") -> None:
        """Do as a person does who goes past the gate."""
        self.client.update_model_package(ModelPackageArn=arn, ModelApprovalStatus=approval)


@contextmanager
def registry() -> Iterator[Registry]:
    """Serve a registry that holds the group `router`; credentials are in the environment."""
    app = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    session = botocore.session.get_session()
    client = session.create_client("sagemaker", region_name=REGION, endpoint_url=url)
    client.create_model_package_group(ModelPackageGroupName="router")
    try:
        yield Registry(url, client)
    finally:
        client.close()
        server.shutdown()
        thread.join()
        server.server_close()
