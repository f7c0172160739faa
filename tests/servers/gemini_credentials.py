"""Credentials for the Agent Platform that our server accepts: a service account's and a person's."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from google.oauth2.credentials import Credentials

if TYPE_CHECKING:
    from pathlib import Path

    from gemini_server import GeminiServer


@cache
def private_key() -> str:
    """Return a key that signs nothing but tests."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    kind = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption()).decode()


def service_account(server: GeminiServer, folder: Path, **changes: Any) -> Path:
    """Write the file of a service account whose tokens come from our server."""
    told = {
        "type": "service_account",
        "project_id": "p-123",
        "private_key_id": "k1",
        "private_key": private_key(),
        "client_email": "painter@p-123.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": f"{server.url}/token",
    }
    path = folder / "account.json"
    path.write_text(json.dumps({name: value for name, value in (told | changes).items() if value is not None}))
    return path


def person(server: GeminiServer, grant: str = "good", address: str = "") -> Credentials:
    """Return the credentials of a person who has logged in."""
    told = {"refresh_token": grant, "client_id": "c", "client_secret": "s"}
    return Credentials(None, **told, token_uri=address or f"{server.url}/token")  # type: ignore[no-untyped-call]
