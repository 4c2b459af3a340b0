"""The job's own OIDC token, as GitHub Actions hands it out to a job with `id-token: write`.

Of the documentation "OpenID Connect reference", section "Methods for requesting the OIDC token".
"""

from __future__ import annotations

from urllib.parse import quote

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from app.cli.client import ClientError

_TIMEOUT_SECONDS = 20
_RETRIES = Retry(
    total=4, backoff_factor=0.5, status_forcelist=(429, 500, 502, 503, 504), raise_on_status=False
)


def job_token(url: str | None, bearer: str | None, audience: str) -> str:
    """Ask GitHub for the job's token for an audience. Raises ClientError.

    `url` and `bearer` are ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN.
    """
    if not url or not bearer:
        raise ClientError("no OIDC token is handed out here: give the job `id-token: write`")
    with requests.Session() as session:
        for scheme in ("https://", "http://"):
            session.mount(scheme, HTTPAdapter(max_retries=_RETRIES))
        try:
            answer = session.get(
                f"{url}&audience={quote(audience, safe='')}",
                headers={"Authorization": f"Bearer {bearer}"},
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
            document = answer.json()
        except requests.RequestException as error:
            message = f"GitHub did not hand out the job's OIDC token: {type(error).__name__}"
            raise ClientError(message) from error
    value = document.get("value") if isinstance(document, dict) and answer.ok else None
    if not isinstance(value, str) or not value:
        raise ClientError(f"GitHub did not hand out the job's OIDC token: {answer.status_code}")
    return value
