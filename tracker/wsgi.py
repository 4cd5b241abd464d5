import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tracker.settings")

application = get_wsgi_application()

# Commands such as `makemigrations` need no secret; serving does, and has to stop here rather than
# at the first visitor whose page signs something.
try:
    _ = settings.SECRET_KEY
except ImproperlyConfigured as error:
    raise ImproperlyConfigured(settings.KEY_MISSING) from error
