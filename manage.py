#!/usr/bin/env python
"""Django's command line. On a development machine the embedded servers are up while a command runs."""

import os
import sys

from django.core.management import execute_from_command_line

from shumoos import stack


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shumoos.settings")
    with stack.available():
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
