"""The application, for `gunicorn wsgi:app` and for the `flask` command."""

import os
import sys

from gridsvc.app import create_app
from gridsvc.config import Settings, SettingsError

try:
    app = create_app(Settings.from_environment(os.environ))
except SettingsError as faults:
    sys.exit(str(faults))
