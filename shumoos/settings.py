"""Settings, read from the environment.

A development machine needs none of them: where `DATABASE_URL` is unset, `shumoos.stack` supplies what is
missing (its own servers, keys made once and kept under `var/`, the addresses of the two simulators).
Anywhere else a missing one stops the start with a sentence (`shumoos.environment`).
"""

from datetime import date
from pathlib import Path

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from shumoos import environment, stack
from shumoos.logs import logging_config

BASE_DIR = Path(__file__).resolve().parent.parent

env = environment.read()

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = env.str("SECRET_KEY")
# Documents are encrypted with the first key and can be read with any of them.
FIELD_KEYS = env.list("FIELD_KEYS")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")
PUBLIC_URL = env.str("PUBLIC_URL").rstrip("/")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "pgtrigger",
    "ninja",
    "shumoos",
    "shumoos.sms",
    "shumoos.letters",
    "shumoos.accounts",
    "registration",
    "guests",
    "violations",
    "activation",
    "support",
]

MIDDLEWARE = [
    "shumoos.middleware.request_id",
    "shumoos.middleware.read_to_the_end",
    "shumoos.middleware.health_first",
    "shumoos.middleware.address_behind_proxies",
    "shumoos.middleware.permissions_policy",
    "shumoos.accounts.middleware.logged_request",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "shumoos.middleware.language",
    "shumoos.middleware.forms_lead_to_their_page",
    "guests.api.middleware.api_first",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "shumoos.accounts.middleware.SignInFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "shumoos.accounts.middleware.open_sessions",
    "shumoos.public_posts.limited",
    "shumoos.accounts.middleware.new_password_first",
    "shumoos.accounts.middleware.second_factor_first",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "shumoos.urls"
WSGI_APPLICATION = "shumoos.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "shumoos.context.portal",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Data ------------------------------------------------------------------------------------------------------

DATABASES = {"default": env.db_url("DATABASE_URL", engine="django.db.backends.postgresql")}
# A restarted server must cost the requests of that moment and none after it.
DATABASES["default"].update(CONN_MAX_AGE=60, CONN_HEALTH_CHECKS=True)

STORAGES = {
    "default": {"BACKEND": "registration.storage.EncryptedStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if env.bool("STATIC_MANIFEST", default=True)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
MEDIA_ROOT = Path(env.str("DOCUMENTS_ROOT", default=str(BASE_DIR / "var" / "documents")))
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(BASE_DIR / "var" / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "shumoos.joined.JoinedFinder",
]
JOINED_ROOT = BASE_DIR / "var" / "joined"

DOCUMENT_MAX_BYTES = 10 * 1024 * 1024
# A worker that has said nothing about a register for so long is taken for dead. It says something every
# second or two while it reads; putting the largest file into the table takes a fraction of this.
REGISTER_CLAIM_SECONDS = env.int("REGISTER_CLAIM_SECONDS", default=300)
# The same of a file of records: its worker says something every second or with every range of rows.
FILE_CLAIM_SECONDS = env.int("FILE_CLAIM_SECONDS", default=120)
# Fields apart from files; the largest honest form is far below it.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

# Queue -----------------------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.str("REDIS_URL")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Rows wait for the beat when the broker is away, so a page need not.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 0,
    "visibility_timeout": 300,
}
CELERY_TIMEZONE = "Asia/Riyadh"
# When each beat last rang: kept, so that a night's sweep that was missed is caught up on.
CELERY_BEAT_SCHEDULE_FILENAME = env.str("BEAT_SCHEDULE", default=str(BASE_DIR / "var" / "beat-schedule"))

# People ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "shumoos.accounts.roles.RoleBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "mobile")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "front"
TEMPORARY_PASSWORD_HOURS = 72

INVITATION_HOURS = 72

# Off only where a demo's printed sign-ins have to work: whoever works for the state types a code as well.
REQUIRE_STAFF_OTP = env.bool("REQUIRE_STAFF_OTP", default=True)
OTP_TOTP_ISSUER = "Shumoos"

AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = "shumoos.accounts.lockout.limit"
AXES_LOCKOUT_CALLABLE = "shumoos.accounts.lockout.answer"
# Failures are remembered for a day; how long they lock is `shumoos.accounts.lockout`'s to say.
AXES_COOLOFF_TIME = 24  # hours
# Whoever tries while they have to wait is not made to wait longer.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# Whom it has counted is told to nobody: each person sees the attempts on their own account.
AXES_ENABLE_ADMIN = False
# Its log would hold user names and addresses in the clear.
AXES_DISABLE_ACCESS_LOG = True

# Before the sign-in. After it the row `SessionLimit` says how long a session goes on.
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60

# How many forms an address, behind which a whole office may stand, sends in a minute without a sign-in.
PUBLIC_POSTS_A_MINUTE = env.int("PUBLIC_POSTS_A_MINUTE", default=120)

HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_SSL_REDIRECT = HTTPS
# How many proxies stand in front: so many addresses at the end of X-Forwarded-For can be believed.
PROXIES = env.int("PROXIES", default=0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# A document is shown in a frame beside its checklist, on pages of ours alone.
X_FRAME_OPTIONS = "SAMEORIGIN"
SILENCED_SYSTEM_CHECKS = ["security.W019"]
CSRF_FAILURE_VIEW = "shumoos.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [SELF],
    },
}

# Words -----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "ar"
LANGUAGES = [("ar", _("Arabic")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["shumoos.formats"]
USE_TZ = True
TIME_ZONE = "Asia/Riyadh"

# Review ----------------------------------------------------------------------------------------------------

# An application that a supervisor has taken up and not worked on for so long goes back into the queue.
CLAIM_IDLE_MINUTES = env.int("CLAIM_IDLE_MINUTES", default=120)

# Others' systems -------------------------------------------------------------------------------------------

TWILIO_ACCOUNT_SID = env.str("TWILIO_ACCOUNT_SID")
TWILIO_AUTH_TOKEN = env.str("TWILIO_AUTH_TOKEN")
TWILIO_FROM = env.str("TWILIO_FROM")
# The simulator's address, in development and tests; empty is Twilio itself.
TWILIO_API_BASE = env.str("TWILIO_API_BASE", default="").rstrip("/")
# A worker that has not come back after this long is taken for dead, and its texts are due again.
SMS_CLAIM_SECONDS = env.int("SMS_CLAIM_SECONDS", default=120)
SMS_THREADS = env.int("SMS_THREADS", default=32)

CENTRE_URL = env.str("CENTRE_URL").rstrip("/")
# One key or several, separated by commas: we sign with the first, and the centre takes each while it changes.
CENTRE_KEY = env.str("CENTRE_KEY")
# For mutual TLS, paths of PEM files: who may have signed the centre's certificate, and ours with its key.
CENTRE_CA = env.str("CENTRE_CA", default="")
CENTRE_CERT = env.str("CENTRE_CERT", default="")
CENTRE_CERT_KEY = env.str("CENTRE_CERT_KEY", default="")
# Seconds to connect, and again between two parts of its answer.
CENTRE_TIMEOUT = 20.0

# Where the portal answers the worker, which says each minute that records can be taken in. Without it the web
# processes may be away unnoticed, and no deadline is extended for it.
INTAKE_URL = env.str("INTAKE_URL", default="").rstrip("/")

# The API ---------------------------------------------------------------------------------------------------

# How long the same `Idempotency-Key` gets the same answer; programs are promised a day.
API_ANSWERS_KEPT_HOURS = env.int("API_ANSWERS_KEPT_HOURS", default=48)

# What the operators' monitoring shows at /metrics; without it nobody is answered there.
METRICS_KEY = env.str("METRICS_KEY", default="")

# Letters ---------------------------------------------------------------------------------------------------

# Each is PEM or the path of a file. Earlier certificates stay in the database, so old letters still verify.
LETTER_SIGNING_KEY = env.str("LETTER_SIGNING_KEY")
LETTER_SIGNING_CERTIFICATE = env.str("LETTER_SIGNING_CERTIFICATE")

# The virus scanner that uploads are shown to; empty is none.
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")

SUPPORT_LINE = "920014446"

# The day at the foot of the pages: a release names it, elsewhere it is that of the newest page.
RELEASED_ON = date.fromisoformat(
    env.str("RELEASED_ON", default="") or environment.last_change(BASE_DIR / "templates")
)

# structlog is set up here once, for our own lines and for the libraries' alike.
LOGGING_CONFIG = None
logging_config(json=env.bool("LOG_JSON", default=not stack.is_development()))
