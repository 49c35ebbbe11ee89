#!/usr/bin/env python
"""Django's command line. On a development machine the embedded servers are up while a command runs."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from shumoos import stack


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shumoos.settings")
    with stack.available():
        try:
            execute_from_command_line(sys.argv)
        except ImproperlyConfigured as problem:
            sys.exit(f"{problem}")


if __name__ == "__main__":
    main()
