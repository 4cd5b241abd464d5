import gc
import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

_django = get_wsgi_application()
# By its name: it reads the record, whose models can be loaded only now.
application = import_string("prisoners.public.freshness.InFront")(_django)

# Commands such as `makemigrations` need no secret; serving does, and has to stop here rather than
# at the first visitor whose page signs something.
try:
    _ = settings.SECRET_KEY
except ImproperlyConfigured as error:
    raise ImproperlyConfigured(settings.KEY_MISSING) from error

# What is there by now stays as long as the process does. A page makes tens of thousands of objects
# and hardly any that refer to each other in a circle: Python need not look for these all the time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 10, 10)
