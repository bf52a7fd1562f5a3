"""The door that a web server knocks on."""

from refuge.app import create_app

app = create_app()
