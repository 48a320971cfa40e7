"""Pages for a production server that speaks WSGI; the demo serves them through `asgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sangyu.config.settings")
application = get_wsgi_application()
