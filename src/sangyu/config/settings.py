"""Settings of every process: one file, read from the environment, refusing what would be unsafe outside a demo."""

import os
from pathlib import Path

from sangyu.access.rules.profile import profile_called
from sangyu.config.database.address import database
from sangyu.config.keys import agreed
from sangyu.config.variables import Environment
from sangyu.config.watch.logs import configuration

ROOT = Path(__file__).resolve().parents[3]
given = Environment(os.environ)
VAR = given("SANGYU_VAR") or ROOT / "var"
DEMO = given("SANGYU_DEMO")
STAGE = DEMO and given("SANGYU_STAGE")  # the strip of the demo on every desk
DEBUG = False
SECRET_KEY = agreed("SANGYU_SECRET_KEY", "demo-only-key-of-a-town-that-does-not-exist", os.environ, demo=DEMO)
# For encrypted fields (`access/cipher.py`). A demo keeps its own with the clone, for every copy of its database.
FIELD_KEYS = given("SANGYU_FIELD_KEYS")
FIELD_KEYS_FILE = ROOT / "var" / "field.keys" if DEMO else None
ALLOWED_HOSTS = given("SANGYU_HOSTS")

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
    "sangyu.matching",
    "sangyu.intake",
    "sangyu.privacy",
    "sangyu.assessment",
    "sangyu.benefits",
    "sangyu.allowances",
    "sangyu.applications",
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
    "sangyu.portals.assessor",
    "sangyu.portals.intake",
    "sangyu.portals.applications",
    "sangyu.portals.matching",
    "sangyu.portals.privacy",
    "sangyu.portals.entitlements",
    "sangyu.portals.quality",
    "sangyu.portals.finance",
    "sangyu.portals.bureau",
    "sangyu.portals.texting",
    "sangyu.portals.developer",
    "sangyu.portals.policy",
    "sangyu.portals.rehearsal",
    "sangyu.portals.exchange",
    "sangyu.portals.audit",
    "sangyu.portals.api",
    "sangyu.portals.rounds",
    *(["sangyu.city.stage"] if DEMO else []),
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
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
    "sangyu.config.watch.requests.Requests",
    "sangyu.config.watch.probes.Probes",
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
    "sangyu.portals.entrance.passage.Passage",
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
# Which rules hold for passwords: "nist" or, where the classified-protection test is taken, "dengbao".
PASSWORD_PROFILE = profile_called(given("SANGYU_PASSWORD_PROFILE")).code
# Who moves money or looks at masked facts needs a second factor; in a demo only who has added one is asked.
SECOND_FACTOR = not DEMO
# After so many minutes without a request such a person is signed out; 0 switches it off, as in a demo.
IDLE_MINUTES = given("SANGYU_IDLE_MINUTES")
# How many proxies of our own stand in front and add the caller's address to X-Forwarded-For.
TRUSTED_PROXIES = given("SANGYU_TRUSTED_PROXIES")
# Then one of them also says whether the caller came by HTTPS; without it every form would be refused as another site's.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SESSION_ENGINE = "sangyu.config.sessions"
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
CTI_KEY_BEFORE = given("SANGYU_CTI_KEY_BEFORE")  # still good while the telephone system changes over
SMS_URL = given("SANGYU_SMS_URL")
SMS_KEY = given("SANGYU_SMS_KEY")
WEBHOOK_NETWORKS = given("SANGYU_WEBHOOK_NETWORKS")  # events are pushed to the public internet and into these
WEBHOOK_PLAIN_HTTP = DEMO
API_REQUESTS_PER_SECOND = given("SANGYU_API_REQUESTS_PER_SECOND")  # of one token
LOGGING = configuration(form=given("SANGYU_LOG"), level=given("SANGYU_LOG_LEVEL"))
METRICS_TOKEN = given("SANGYU_METRICS_TOKEN")
ANCHORS = given("SANGYU_ANCHORS")
