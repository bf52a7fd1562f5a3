"""What every page of this room needs: the blueprint."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("placements", __name__)
