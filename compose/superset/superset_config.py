"""Superset's settings: one machine, behind the loopback address."""
from pathlib import Path

SECRET_KEY = Path("/run/secrets/superset_key").read_text().strip()
# dashboards' own database, in the volume
SQLALCHEMY_DATABASE_URI = "sqlite:////app/superset_home/superset.db"
