"""Settings of every process: one file, read from the environment, refusing what would be unsafe outside a demo."""

import os
from pathlib import Path

from sangyu.config.database.address import database
from sangyu.config.keys import agreed

ROOT = Path(__file__).resolve().parents[3]
VAR = Path(os.environ.get("SANGYU_VAR", ROOT / "var"))
DEMO = os.environ.get("SANGYU_DEMO", "1") == "1"
STAGE = DEMO and os.environ.get("SANGYU_STAGE", "0") == "1"  # the strip of the demo on every desk
DEBUG = False
SECRET_KEY = agreed("SANGYU_SECRET_KEY", "demo-only-key-of-a-town-that-does-not-exist", os.environ, demo=DEMO)
ALLOWED_HOSTS = os.environ.get("SANGYU_HOSTS", "127.0.0.1,localhost,testserver").split(",")

ROOMS = [
    "sangyu.ledger",
    "sangyu.adoption",
    "sangyu.outbox",
    "sangyu.files",
    "sangyu.calendar",
    "sangyu.access",
    "sangyu.budget",
    "sangyu.registry",
    "sangyu.providers",
    "sangyu.benefits",
    "sangyu.orders",
    "sangyu.safety",
    "sangyu.hotline",
    "sangyu.dispatch",
    "sangyu.visits",
    "sangyu.meals",
    "sangyu.quality",
    "sangyu.settlement",
    "sangyu.insight",
]
DESKS = [
    "sangyu.portals.components",
    "sangyu.portals.entrance",
    "sangyu.portals.hotline",
    "sangyu.portals.dispatching",
    "sangyu.portals.community",
    "sangyu.portals.provider",
    "sangyu.portals.carer",
    "sangyu.portals.papers",
    "sangyu.portals.till",
    "sangyu.portals.quality",
    "sangyu.portals.finance",
    "sangyu.portals.bureau",
    "sangyu.portals.texting",
    "sangyu.portals.audit",
    "sangyu.portals.rounds",
    *(["sangyu.city.stage"] if DEMO else []),
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_cotton",
    "django_htmx",
    "procrastinate.contrib.django",
    "sangyu.config",
    *ROOMS,
    *DESKS,
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sangyu.config.middleware.ContentSecurity",
    "sangyu.config.middleware.Refusals",
]
ROOT_URLCONF = "sangyu.config.urls"
ASGI_APPLICATION = "sangyu.config.asgi.application"
WSGI_APPLICATION = "sangyu.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django_cotton.cotton_loader.Loader",
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                *(["sangyu.city.stage.context.stage"] if DEMO else []),
            ],
        },
    }
]


DATABASES = {"default": database(os.environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "access.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
SESSION_COOKIE_AGE = 8 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO  # the demo is plain HTTP on one's own machine
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATICFILES_DIRS = [path for path in [ROOT / "build" / "static"] if path.exists()]
STATIC_ROOT = VAR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

PROCRASTINATE_ON_APP_READY = None
CTI_KEY = agreed("SANGYU_CTI_KEY", "demo-cti-key", os.environ, demo=DEMO)
SMS_URL = os.environ.get("SANGYU_SMS_URL", "")
SMS_KEY = os.environ.get("SANGYU_SMS_KEY", "")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
}
