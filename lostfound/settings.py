"""Every setting of the project, read from the environment.

Two profiles: ``development`` (the default, local addresses only) and ``production``, which
refuses to start with DEBUG, without a key of its own, or without host names.
"""

from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env, validate

from lostfound.infra.optional_packages import bucket_origins, require_package
from lostfound.infra.secret_key import local_secret_key

# Makes `admin.ModelAdmin[Post]` more than an annotation, before any admin class is made.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

# --- Profile ---
PROFILE: str = env.str(
    "PROFILE", "development", validate=validate.OneOf(["development", "production"])
)
PRODUCTION = PROFILE == "production"
EXAMPLE_SECRET_KEY = "change-me-to-a-random-text-of-more-than-fifty-characters"
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

# Database, collected static files and the local key; git-ignored.
VAR_DIR = Path(env.str("VAR_DIR", str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG: bool = env.bool("DEBUG", False)
SECRET_KEY: str = env.str("SECRET_KEY", "") or ("" if PRODUCTION else local_secret_key(VAR_DIR))
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [] if PRODUCTION else LOCAL_HOSTS)
SITE_URL: str = env.str("SITE_URL", "http://127.0.0.1:8000")  # in mails, no slash at the end

if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("PROFILE=production does not start with DEBUG on. Unset DEBUG.")
if PRODUCTION and (SECRET_KEY == EXAMPLE_SECRET_KEY or len(SECRET_KEY) < 50):
    raise ImproperlyConfigured(
        "SECRET_KEY is missing, shorter than 50 characters, or the example key. Set one made with "
        "python -c 'import secrets; print(secrets.token_urlsafe(64))'"
    )
if PRODUCTION and not ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS is empty. Set it to the site's host names.")

# --- Application ---
INSTALLED_APPS = [
    "lostfound",
    "matching",
    "lostfound.apps.OfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.headless",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_q",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "rest_framework",
]
MIDDLEWARE = [
    "lostfound.infra.health.Health",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "lostfound.middleware.RequestSizeLimit",
    "lostfound.api.etags.ApiConditionalGet",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "lostfound.middleware.SignInProblems",
    "allauth.account.middleware.AccountMiddleware",
    "lostfound.middleware.NotedSessions",
    "lostfound.middleware.PersonalPages",
    "lostfound.middleware.SentWhileSignedOut",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "lostfound.urls"
WSGI_APPLICATION = "lostfound.wsgi.application"
ASGI_APPLICATION = "lostfound.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "lostfound.context_processors.site",
            ],
        },
    }
]

# --- Database: SQLite in WAL for one machine, DATABASE_URL for PostgreSQL ---
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    require_package("psycopg", extra="postgres", setting="DATABASE_URL")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Two clusters and a web writer lost 35 results with SQLite's defaults, none with these.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": env.float("SQLITE_TIMEOUT_S", 20.0),
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds
# A connection costs more than most queries: SQLite reads its whole schema anew for each. One that
# a server's restart has cut is replaced.
DATABASES["default"]["CONN_MAX_AGE"] = env.int("DATABASE_CONN_MAX_AGE_S", 60)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Broker, cache, and counter of the limits on writing; the database is all three without it.
REDIS_URL: str = env.str("REDIS_URL", "")
if REDIS_URL:
    require_package("redis", extra="redis", setting="REDIS_URL")
CACHES = {
    "default": (
        {"BACKEND": "lostfound.infra.cache.RedisOrDatabaseCache", "LOCATION": REDIS_URL}
        if REDIS_URL
        # Shared by all processes of one machine, unlike the local-memory default.
        else {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
    )
}

# --- People ---
AUTH_USER_MODEL = "lostfound.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "lostfound:home"
LOGOUT_REDIRECT_URL = "lostfound:home"
ACCOUNT_ADAPTER = "lostfound.adapters.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION: str = env.str(
    "EMAIL_VERIFICATION", "optional", validate=validate.OneOf(["mandatory", "optional", "none"])
)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Of one account as allauth has them; of one address more, since a campus may sit behind it.
ACCOUNT_RATE_LIMITS = {
    "login": "600/m/ip",
    "login_failed": "200/m/ip,5/300s/key",
    "signup": "200/m/ip",
    "reset_password": "200/m/ip,5/m/key",
    "reset_password_from_key": "200/m/ip",
}
ACCOUNT_LOGOUT_ON_GET = False
# A phone signs in with its own session token, listed and revoked by its owner.
HEADLESS_CLIENTS = ("app",)
HEADLESS_SERVE_SPECIFICATION = True
USERSESSIONS_TRACK_ACTIVITY = True
# A device's token ends so many days after its last use; a browser's cookie after Django's 14.
DEVICE_SESSION_DAYS: int = env.int("DEVICE_SESSION_DAYS", 90, validate=validate.Range(min=1))
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
# Behind how many proxies X-Forwarded-For counts; 0 ignores the header.
TRUSTED_PROXY_COUNT: int = env.int("TRUSTED_PROXY_COUNT", 0, validate=validate.Range(min=0))
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

# --- API ---
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "lostfound.api.authentication.DeviceToken",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["lostfound.api.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "lostfound.api.schema.OperationSchema",
    "DEFAULT_PAGINATION_CLASS": "lostfound.api.pagination.NewestFirst",
    "PAGE_SIZE": 20,
    "EXCEPTION_HANDLER": "lostfound.api.problems.problem_response",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Campus Lost and Found API",
    "DESCRIPTION": (
        "Posts of lost and found things with their photographs, what may be the same thing, "
        "search, messages, and the office's review. Sign in at /_allauth/app/v1/auth/login and "
        "send the session token as X-Session-Token; Accept-Language (ko, en) chooses the language "
        "of messages. Refusals are problem details (RFC 9457) with a stable code."
    ),
    "VERSION": "1.0.0",
    "SERVERS": [{"url": "/", "description": "The site that serves this schema"}],
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "lostfound.api.schema.complete",
        "matching.api.schema.complete",
    ],
    "ENUM_NAME_OVERRIDES": {
        "PostKindEnum": "lostfound.models.post.Post.Kind",
        "PostStatusEnum": "lostfound.models.post.Post.Status",
        "PairStatusEnum": "matching.models.match.Match.Status",
        "NotificationKindEnum": "lostfound.models.notification.Notification.Kind",
    },
}
# Writes a person, or an address, may make within the hour.
POSTS_PER_HOUR: int = env.int("POSTS_PER_HOUR", 30, validate=validate.Range(min=1))

# --- Queue: every value was held in trials (docs/decisions.md) ---
TASK_TIMEOUT_S: int = env.int("TASK_TIMEOUT_S", 120, validate=validate.Range(min=5))
Q_CLUSTER: dict[str, Any] = {
    "name": "lostfound",
    "workers": 1,
    "queue_limit": 1,
    "bulk": 1,
    "timeout": TASK_TIMEOUT_S,
    "retry": env.int("TASK_RETRY_S", 600, validate=validate.Range(min=10)),
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "recycle": 500,
    "save_limit": 200,
    "poll": env.float("TASK_POLL_S", 1.0),
    "guard_cycle": 0.5,
    "label": "Queue",
    **({"broker_class": "matching.worker.broker.RedisBroker"} if REDIS_URL else {"orm": "default"}),
}

# --- Matching (read through matching.conf) ---
MATCHING = {
    "MODEL": env.str("MATCHING_MODEL", "bundled"),
    "REVISION": env.str("MATCHING_REVISION", ""),
    "DEVICE": env.str("MATCHING_DEVICE", "cpu"),
    "ENGINE": env.str("MATCHING_ENGINE", "torch"),
    "PRECISION": env.str("MATCHING_PRECISION", "fp32"),
    "THREADS": env.int("MATCHING_THREADS", 1),
    "ENCODER": env.str("MATCHING_ENCODER", "matching.encoders.torch_clip.ClipEncoder"),
    "STRATEGY": env.str("MATCHING_STRATEGY", "calibrated_v3"),
    "THRESHOLD": env.float("MATCHING_THRESHOLD", None),
    "TOP_K": env.int("MATCHING_TOP_K", 20),
    "SHOWN_FROM": env.float("MATCHING_SHOWN_FROM", 0.1),
    "NICE": env.int("MATCHING_NICE", 10),
    "INDEX": env.str("MATCHING_INDEX", "memory"),
    "EXACT_BELOW": env.int("MATCHING_EXACT_BELOW", 10_000),
    "SCAN": env.str("MATCHING_SCAN", "exact"),
    "EXPLORED": env.int("MATCHING_EXPLORED", 1),
    "LEASE_S": env.int("MATCHING_LEASE_S", 180),
    "MAX_ATTEMPTS": env.int("MATCHING_MAX_ATTEMPTS", 3),
    "SWEEP_S": env.int("MATCHING_SWEEP_S", 30),
    "BEAT_S": env.int("MATCHING_BEAT_S", 10),
    "STALE_S": env.int("MATCHING_STALE_S", 150),
    "MAX_FOUND_BEFORE_LOST_DAYS": env.int("MATCHING_MAX_FOUND_BEFORE_LOST_DAYS", 2),
    "FINDER": env.str("MATCHING_FINDER", ""),
    "FINDER_BIND": env.str("MATCHING_FINDER_BIND", ""),
    "TASK_TIMEOUT_S": TASK_TIMEOUT_S,
    "CACHE_DIR": env.str("MATCHING_CACHE_DIR", ""),
}

# --- Language and time ---
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "lostfound" / "locale"]
FORMAT_MODULE_PATH = ["lostfound.formats"]
TIME_ZONE: str = env.str("TIME_ZONE", "Asia/Seoul")
USE_I18N = True
USE_TZ = True

# --- Files ---
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a folder that is missing
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(BASE_DIR / "media")))
# Photographs in object storage, which several machines need; MEDIA_ROOT is not used then.
S3_BUCKET: str = env.str("S3_BUCKET", "")
# 0: the application passes photographs on. Above: it redirects to an address that is signed for so
# many seconds, which spares it the bytes; the bucket's address must be open to browsers.
S3_SIGNED_S: int = env.int("S3_SIGNED_S", 0, validate=validate.Range(min=0, max=3600))
S3_ENDPOINT_URL: str = env.str("S3_ENDPOINT_URL", "")  # none: Amazon
S3_OPTIONS = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": S3_ENDPOINT_URL or None,
    "region_name": env.str("S3_REGION", "") or None,
    # None of both: what the machine itself is allowed, such as an instance's role.
    "access_key": env.str("S3_ACCESS_KEY_ID", "") or None,
    "secret_key": env.str("S3_SECRET_ACCESS_KEY", "") or None,
    "addressing_style": env.str(
        "S3_ADDRESSING_STYLE", "auto", validate=validate.OneOf(["auto", "path", "virtual"])
    ),
    "location": env.str("S3_PREFIX", ""),
}
if S3_BUCKET:
    require_package("storages", extra="s3", setting="S3_BUCKET")
    require_package("boto3", extra="s3", setting="S3_BUCKET")
STORAGES = {
    "default": (
        {"BACKEND": "lostfound.media.s3.PhotoBucket", "OPTIONS": S3_OPTIONS}
        if S3_BUCKET
        else {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    ),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG or not PRODUCTION
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024  # bytes; text fields, photographs are counted apart
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # the admin's bulk actions send one field a row
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "lostfound.media.upload_handlers.DiskUploadHandler",
]

# --- Mail ---
EMAIL_BACKEND: str = env.str("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend")
EMAIL_HOST: str = env.str("EMAIL_HOST", "localhost")
EMAIL_PORT: int = env.int("EMAIL_PORT", 25)
EMAIL_HOST_USER: str = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD: str = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS: bool = env.bool("EMAIL_USE_TLS", False)
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL: str = env.str("DEFAULT_FROM_EMAIL", "lostfound@localhost")

# --- Security ---
# Where browsers are sent for photographs: the policy holds for redirects too.
PHOTO_ORIGINS = bucket_origins(S3_OPTIONS) if S3_BUCKET and S3_SIGNED_S else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *PHOTO_ORIGINS],
        "script-src": [SELF],
        "style-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
HTTPS: bool = env.bool("HTTPS", PRODUCTION)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS: int = env.int("HSTS_SECONDS", 31_536_000 if HTTPS else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
