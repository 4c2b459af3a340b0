"""Calls the API of a SageMaker Model Registry, signed (SigV4) by botocore: the extra `aws`.

Credentials come as they do to every AWS client: environment, profile, web identity (IRSA), or the
role of the machine, renewed before they end. Imported only where a registry is configured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import botocore.session  # type: ignore[import-untyped] # no types
from botocore.config import Config  # type: ignore[import-untyped] # no types
from botocore.exceptions import BotoCoreError, ClientError  # type: ignore[import-untyped] # no types

from app.adapters.askers.calling import CONNECT_SECONDS, READ_SECONDS

_ONCE = {"total_max_attempts": 1}
_REFUSED = frozenset({"ValidationException", "ValidationError"})
"""Codes of what asking again does not mend; throttling and expired credentials are 400, too."""


@dataclass(frozen=True, slots=True)
class Package:
    """What a registry says of a model package."""

    approval: str
    """PendingManualApproval, Approved or Rejected."""
    description: str


@dataclass(frozen=True, slots=True)
class Failed:
    """Why a call was not answered."""

    is_refused: bool
    """Whether asking the same again is pointless."""
    message: str


class Packages:
    """The model packages of one region."""

    def __init__(self, region: str, url: str | None) -> None:
        """Make the client, with its credentials. `url` is an endpoint of one's own (a VPC).

        Raises ValueError where what AWS tools are configured by cannot be read.
        """
        config = Config(connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS, retries=_ONCE)
        session = botocore.session.get_session()
        try:
            self._client: Any = session.create_client(
                "sagemaker", region_name=region, endpoint_url=url, config=config
            )
        except BotoCoreError as error:
            raise ValueError(str(error)) from error

    def read(self, arn: str) -> Package | Failed:
        """Read what is said of a package now."""
        try:
            said = self._client.describe_model_package(ModelPackageName=arn)
        except (ClientError, BotoCoreError) as error:
            return _failed(error)
        return Package(
            str(said.get("ModelApprovalStatus", "")), str(said.get("ApprovalDescription", ""))
        )

    def write(self, arn: str, package: Package) -> Failed | None:
        """Set what is said of a package; None when that was taken."""
        try:
            self._client.update_model_package(
                ModelPackageArn=arn,
                ModelApprovalStatus=package.approval,
                ApprovalDescription=package.description,
            )
        except (ClientError, BotoCoreError) as error:
            return _failed(error)
        return None


def _failed(error: ClientError | BotoCoreError) -> Failed:
    if isinstance(error, ClientError):
        code = str(error.response.get("Error", {}).get("Code", ""))
        return Failed(code in _REFUSED, f"answered {code or 'an error'}")
    return Failed(is_refused=False, message=f"no answer: {type(error).__name__}")
