"""Jupyter's settings: the token is the secret's."""
from pathlib import Path

c = get_config()  # noqa: F821
c.IdentityProvider.token = Path("/run/secrets/jupyter_token").read_text().strip()
