import gc
import os
from importlib import import_module

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shumoos.settings")

application = get_wsgi_application()

# With the addresses, all code is loaded before the first request, and not while somebody waits for it. It
# stays: looking through it for garbage again and again would take a worker a tenth of its time.
get_resolver().url_patterns  # noqa: B018
import_module("shumoos.letters.pades")
gc.collect()
gc.freeze()
