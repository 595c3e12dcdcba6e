"""All settings of the project, read from the environment; docs/settings.md is generated from it.

Two profiles: ``development`` (the default, local addresses only) and ``production``, which
refuses to start with DEBUG, without its own SECRET_KEY, or without host names.
"""

import tomllib
from pathlib import Path
from typing import Any

import django_stubs_ext
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from lostfound.infra.environment import Environment
from lostfound.infra.optional_packages import bucket_origins, require_package
from lostfound.infra.secret_key import local_secret_key

# Makes `admin.ModelAdmin[Post]` work at runtime; must run before any admin class is defined.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
# From this file's path: the project runs from its folder without installation (deploy/Dockerfile).
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"]
env = Environment(BASE_DIR / ".env")

# --- Profile ---
env.section("Profile and addresses")
PROFILE = env.text(
    "PROFILE",
    "development",
    "`production` refuses to start with DEBUG on, without its own key, or without host names",
    choices=["development", "production"],
)
PRODUCTION = PROFILE == "production"
EXAMPLE_SECRET_KEY = "change-me-to-a-random-text-of-more-than-fifty-characters"
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]

VAR_DIR = Path(
    env.text(
        "VAR_DIR",
        str(BASE_DIR / "var"),
        "folder for the SQLite database, collected static files, exported models and the local key",
        shown="`var/`",
    )
)
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = env.boolean("DEBUG", False, "show errors in the browser; development only")
SECRET_KEY = env.text(
    "SECRET_KEY",
    "",
    "signs sessions and messages between processes; 50 characters or more in production",
    shown="generated and stored in `VAR_DIR`; required in production",
) or ("" if PRODUCTION else local_secret_key(VAR_DIR))
SECRET_KEY_FALLBACKS = env.texts(
    "SECRET_KEY_FALLBACKS", [], "previous keys, still accepted while the key is being replaced"
)
ALLOWED_HOSTS = env.texts(
    "ALLOWED_HOSTS",
    [] if PRODUCTION else LOCAL_HOSTS,
    "host names that the site answers to",
    shown="this machine; required in production",
)
SITE_URL = env.text(
    "SITE_URL",
    "http://127.0.0.1:8000",
    "address of the site in e-mails, without a slash at the end",
)

if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("PROFILE=production refuses to start with DEBUG on. Unset DEBUG.")
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
    "lostfound.middleware.RequestAddress",
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
    "lostfound.middleware.AskForConsent",
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
env.section("Database and Redis")
DATABASES = {
    "default": env.database(
        "DATABASE_URL",
        f"sqlite:///{VAR_DIR / 'db.sqlite3'}",
        "`postgres://user:password@host/name`, or a SQLite file on one machine",
        shown="SQLite in `VAR_DIR`",
    )
}
SQLITE_TIMEOUT_S = env.number(
    "SQLITE_TIMEOUT_S",
    20.0,
    "how long a writer waits for another one to finish; SQLite only",
    unit="s",
)
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    require_package("psycopg", extra="postgres", setting="DATABASE_URL")
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Measured: two clusters and a web writer lost 35 results with SQLite's defaults, none with
    # these.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": SQLITE_TIMEOUT_S,
        # What is deleted is overwritten at once: "Erased means overwritten" in docs/decisions.md.
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
        ),
    }
else:
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds
# Connecting costs more than most queries, since SQLite reads its whole schema each time. A
# connection that a restart of the server has cut is replaced.
DATABASES["default"]["CONN_MAX_AGE"] = env.integer(
    "DATABASE_CONN_MAX_AGE_S",
    60,
    "how long a database connection is kept open; 0 behind a pooler",
    unit="s",
)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.text(
    "REDIS_URL",
    "",
    "queue broker, cache and rate-limit counter, for example `redis://localhost:6379/0`; without "
    "it, the database does all three",
)
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
    "lostfound.infra.permissions.OneQueryPermissions",
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
ACCOUNT_SIGNUP_FORM_CLASS = "lostfound.forms.signup.ConsentAtSignUp"
env.section("People and limits")
ACCOUNT_EMAIL_VERIFICATION = env.text(
    "EMAIL_VERIFICATION",
    "optional",
    "whether a new account must confirm its e-mail address",
    choices=["mandatory", "optional", "none"],
)
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# allauth's defaults per account; more per address, since a whole campus may share one.
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
# A browser's cookie ends after Django's 14 days.
DEVICE_SESSION_DAYS = env.integer(
    "DEVICE_SESSION_DAYS",
    90,
    "how long a device of the app stays signed in after its last use",
    unit="days",
    least=1,
)
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
TRUSTED_PROXY_COUNT = env.integer(
    "TRUSTED_PROXY_COUNT",
    0,
    "number of reverse proxies that set `X-Forwarded-For` and `X-Forwarded-Proto`; 0 ignores both",
    least=0,
)
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
        "Posts about lost and found things with photographs, suggested matches, search, "
        "notifications, and the office's review. Sign in at /_allauth/app/v1/auth/login and send "
        "the session token as X-Session-Token. Accept-Language (ko, en) selects the language of "
        "messages. Errors are problem details (RFC 9457) with a stable code."
    ),
    "VERSION": VERSION,
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
        "FactKindEnum": "lostfound.models.fact.ControlFact.Kind",
        "ItemStateEnum": "lostfound.models.item.Item.State",
        "ClaimStateEnum": "lostfound.models.claim.OwnershipClaim.State",
        "ToldStateEnum": "lostfound.api.serializers.claims.TOLD_STATES",
        "NotificationKindEnum": "lostfound.models.notification.Notification.Kind",
    },
}
POSTS_PER_HOUR = env.integer(
    "POSTS_PER_HOUR", 30, "posts and changes allowed per person", unit="per hour", least=1
)

# --- Queue ---
env.section("Queue")
TASK_TIMEOUT_S = env.integer(
    "TASK_TIMEOUT_S", 120, "how long one task may run before it is stopped", unit="s", least=5
)
Q_CLUSTER: dict[str, Any] = {
    "name": "lostfound",
    "workers": 1,
    "queue_limit": 1,
    "bulk": 1,
    "timeout": TASK_TIMEOUT_S,
    "retry": env.integer(
        "TASK_RETRY_S",
        600,
        "when a task that a worker fetched but never finished is handed out again",
        unit="s",
        least=10,
    ),
    "max_attempts": 3,
    "ack_failures": True,
    "catch_up": False,
    "recycle": 500,
    "save_limit": 200,
    "poll": env.number("TASK_POLL_S", 1.0, "how often an idle worker polls for tasks", unit="s"),
    "guard_cycle": 0.5,
    "label": "Queue",
    **({"broker_class": "matching.worker.broker.RedisBroker"} if REDIS_URL else {"orm": "default"}),
}

# --- Matching (read through matching.conf) ---
env.section("Matching")
MATCHING = {
    "MODEL": env.text(
        "MATCHING_MODEL",
        "bundled",
        "hub id or folder of a CLIP or SigLIP 2 checkpoint; `bundled` is for demos and tests",
    ),
    "REVISION": env.text(
        "MATCHING_REVISION",
        "",
        "branch, tag or commit if the model is a hub id",
        shown="`main`",
    ),
    "TEXT_MODEL": env.text(
        "MATCHING_TEXT_MODEL",
        "",
        "hub id or folder of a second encoder for texts, such as `nlpai-lab/KURE-v1`, for one more "
        "comparison of descriptions; empty: none",
    ),
    "TEXT_ENCODER": env.text(
        "MATCHING_TEXT_ENCODER",
        "matching.encoders.sentence.SentenceEncoder",
        "dotted path of the class that computes its embeddings",
    ),
    "DEVICE": env.text(
        "MATCHING_DEVICE", "cpu", "device that computes embeddings: `cpu`, `cuda`, `cuda:1`"
    ),
    "ENGINE": env.text(
        "MATCHING_ENGINE",
        "torch",
        "engine that computes embeddings: `torch`, or `onnx-fp32` or `onnx-int8` once `manage.py "
        "optimize_model` has exported the model",
    ),
    "PRECISION": env.text(
        "MATCHING_PRECISION", "fp32", "precision of torch: `fp32`, `bf16`, or on CUDA `fp16`"
    ),
    "THREADS": env.integer(
        "MATCHING_THREADS", 1, "threads of each worker process, whatever the engine"
    ),
    "ENCODER": env.text(
        "MATCHING_ENCODER",
        "matching.encoders.torch_clip.ClipEncoder",
        "dotted path of the class that computes embeddings",
    ),
    "STRATEGY": env.text(
        "MATCHING_STRATEGY",
        "calibrated_v3",
        "how a pair is scored: `calibrated_v3`, or one of the baselines `clip_zeroshot_v1` and "
        "`clip_zeroshot_v2`",
    ),
    "THRESHOLD": env.number(
        "MATCHING_THRESHOLD",
        None,
        "score from which a pair is suggested, -1 to 1",
        shown="the strategy's default: 0.1, baselines 0.65",
    ),
    "TOP_K": env.integer("MATCHING_TOP_K", 20, "suggestions kept for each post"),
    "SHOWN_FROM": env.number(
        "MATCHING_SHOWN_FROM",
        0.1,
        "score from which the author of a post sees a suggestion; above 1: none before staff have "
        "confirmed it",
    ),
    "NICE": env.integer(
        "MATCHING_NICE", 10, "how far the worker yields to pages on the same machine, 0 to 19"
    ),
    "INDEX": env.text(
        "MATCHING_INDEX",
        "memory",
        "index that finds candidates: `memory`, or `pgvector` if several machines share one "
        "PostgreSQL",
    ),
    "EXACT_BELOW": env.integer(
        "MATCHING_EXACT_BELOW",
        10_000,
        "`pgvector` compares all rows that pass a filter up to this many",
        unit="rows",
    ),
    "SCAN": env.text(
        "MATCHING_SCAN",
        "exact",
        "how vectors in memory are scanned: `exact`, or `int8` with the `fast` extra, which reads "
        "a fourth of the bytes and compares the best exactly",
    ),
    "EXPLORED": env.integer(
        "MATCHING_EXPLORED",
        1,
        "unlikely candidates per post that staff also review, so that learning sees what "
        "suggestions miss; 0: none",
    ),
    "LEASE_S": env.integer(
        "MATCHING_LEASE_S",
        180,
        "how long a task may hold a post before another task may take it over",
        unit="s",
    ),
    "MAX_ATTEMPTS": env.integer(
        "MATCHING_MAX_ATTEMPTS", 3, "attempts at a post before it counts as failed"
    ),
    "SWEEP_S": env.integer(
        "MATCHING_SWEEP_S",
        30,
        "how often the worker looks for unprocessed posts",
        unit="s",
    ),
    "BEAT_S": env.integer(
        "MATCHING_BEAT_S",
        10,
        "how long a worker may be silent before it is sent a heartbeat",
        unit="s",
    ),
    "STALE_S": env.integer(
        "MATCHING_STALE_S",
        150,
        "how long a busy worker may show no sign of life before it is restarted",
        unit="s",
    ),
    "MAX_FOUND_BEFORE_LOST_DAYS": env.integer(
        "MATCHING_MAX_FOUND_BEFORE_LOST_DAYS",
        7,
        "how long before the reported loss a found post still counts, since people "
        "misremember days",
        unit="days",
    ),
    "FINDER": env.text(
        "MATCHING_FINDER",
        "",
        "`HOST:PORT` of the process that answers semantic searches, if web and worker run on two "
        "machines; `off`: exact words only",
        shown="a socket file in `VAR_DIR`",
    ),
    "FINDER_BIND": env.text(
        "MATCHING_FINDER_BIND",
        "",
        "`HOST:PORT` that this process listens on, if that differs",
        shown="as `MATCHING_FINDER`",
    ),
    "TASK_TIMEOUT_S": TASK_TIMEOUT_S,
    "CACHE_DIR": env.text(
        "MATCHING_CACHE_DIR",
        "",
        "folder for downloaded models",
        shown="the hub library's default",
    ),
}

# --- Language and time ---
LANGUAGE_CODE = "ko"
LANGUAGES = [("ko", _("Korean")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "lostfound" / "locale"]
FORMAT_MODULE_PATH = ["lostfound.formats"]
env.section("Time and logs")
TIME_ZONE = env.text("TIME_ZONE", "Asia/Seoul", "time zone of pages, e-mails and dates")
USE_I18N = True
USE_TZ = True

# --- Files ---
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)  # whitenoise warns of a folder that is missing
env.section("Photographs")
MEDIA_ROOT = Path(
    env.text(
        "MEDIA_ROOT",
        str(BASE_DIR / "media"),
        "folder for photographs; never publish it with the web server",
        shown="`media/`",
    )
)
S3_BUCKET = env.text(
    "S3_BUCKET",
    "",
    "bucket for photographs in object storage, needed with several machines; `MEDIA_ROOT` is "
    "then unused",
)
# If photographs are redirected, browsers must be able to reach the bucket's address.
S3_SIGNED_S = env.integer(
    "S3_SIGNED_S",
    0,
    "0: the application relays photographs; above 0: it redirects to an address in the bucket that "
    "is signed for this long",
    unit="s",
    least=0,
    most=3600,
)
S3_ENDPOINT_URL = env.text("S3_ENDPOINT_URL", "", "address of the object storage", shown="Amazon")
S3_OPTIONS = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": S3_ENDPOINT_URL or None,
    "region_name": env.text("S3_REGION", "", "region of the bucket") or None,
    # Without both, the machine's own credentials apply, such as an instance's role.
    "access_key": env.text(
        "S3_ACCESS_KEY_ID", "", "access key of the object storage", shown="the machine's own role"
    )
    or None,
    "secret_key": env.text(
        "S3_SECRET_ACCESS_KEY",
        "",
        "secret key of the object storage",
        shown="the machine's own role",
    )
    or None,
    "addressing_style": env.text(
        "S3_ADDRESSING_STYLE",
        "auto",
        "where addresses contain the bucket's name",
        choices=["auto", "path", "virtual"],
    ),
    "location": env.text("S3_PREFIX", "", "prefix of all file names in the bucket"),
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
DATA_UPLOAD_MAX_MEMORY_SIZE = (
    2 * 1024 * 1024
)  # bytes of text fields; photographs are counted separately
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # the admin's bulk actions send one field per row
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "lostfound.media.upload_handlers.DiskUploadHandler",
]

# --- Mail ---
env.section("Mail")
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.console.EmailBackend",
    "`django.core.mail.backends.smtp.EmailBackend` sends e-mail",
    shown="printed in the log",
)
EMAIL_HOST = env.text("EMAIL_HOST", "localhost", "SMTP server")
EMAIL_PORT = env.integer("EMAIL_PORT", 25, "its port")
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "", "account on the mail server")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "", "its password")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", False, "STARTTLS, usually on port 587")
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "lostfound@localhost", "sender of e-mails")

# --- Things at the office ---
env.section("Things at the office")
PICKUP_DAYS = env.integer(
    "PICKUP_DAYS",
    14,
    "how long a thing waits for the owner of an approved claim",
    unit="days",
    least=1,
)
DECISION_WAIT_S = env.integer(
    "DECISION_WAIT_S",
    120,
    "how long messages about a confirmed pair wait, so that undoing it at once sends nothing",
    unit="s",
    least=0,
)
LABEL_SIZE_MM = env.text(
    "LABEL_SIZE_MM", "62x29", "width and height of a single label, as `62x29`", shown="62x29"
)
LABEL_SHEET = env.text(
    "LABEL_SHEET", "3x8", "columns and rows of labels on a sheet of A4", shown="3x8"
)
KEEP_UNMASKED_PHOTOS = env.boolean(
    "KEEP_UNMASKED_PHOTOS",
    True,
    "keep what a masked photograph showed before, for staff who may see it; never kept of "
    "sensitive things",
)
POLICE_API_KEY = env.text(
    "POLICE_API_KEY",
    "",
    "key of the open-data services of the police, decoded as it is issued; without one, nothing is "
    "fetched",
)
POLICE_API_URL = env.text(
    "POLICE_API_URL", "https://apis.data.go.kr/1320000/", "address of these services"
)
POLICE_IMAGE_URL = env.text(
    "POLICE_IMAGE_URL",
    "https://minwon24.police.go.kr",
    "address of the photographs of these things",
)
POLICE_REGION = env.text(
    "POLICE_REGION", "LCA000", "region of the campus in their lists; a whole one, which ends in 000"
)
POLICE_DAYS = env.integer(
    "POLICE_DAYS", 30, "how far back their lists are read", unit="days", least=1
)
POLICE_PLACES = env.texts(
    "POLICE_PLACES", [], "words of the stations that are near enough, such as `관악`; all if empty"
)
PHOTOS_WITHOUT_CATEGORY = env.text(
    "PHOTOS_WITHOUT_CATEGORY",
    "masked",
    "what happens to photographs of posts without a category before they are compared: `masked` "
    "covers texts in them, `normal` compares them as they are; the public sees neither",
)
SEPARATE_DUTIES = env.boolean(
    "SEPARATE_DUTIES",
    False,
    "whoever approved a claim to a valuable does not hand it over; for offices of three or more",
)
DONATION_ALLOWED = env.boolean(
    "DONATION_ALLOWED",
    False,
    "batches of things that are donated; only the police may give away what fell to the State, so "
    "ask a lawyer first",
)
DESTRUCTION_ALLOWED = env.boolean(
    "DESTRUCTION_ALLOWED",
    False,
    "batches of things that are destroyed, if their rule says so; destroying the things of others "
    "may be a crime, so ask a lawyer first",
)
SEAL_TO = env.texts(
    "SEAL_TO",
    [],
    "addresses that get the daily seal of the custody chains, such as the head of the office and "
    "an auditor",
)

# --- Retention: how long after a thing has left; `manage.py erase` runs daily ---
env.section("Retention")
ERASE_CLAIMS_DAYS = env.integer(
    "ERASE_CLAIMS_DAYS",
    30,
    "claims that led to nothing lose name, words and photograph this long after the thing left",
    unit="days",
    least=1,
)
ERASE_ANSWERS_DAYS = env.integer(
    "ERASE_ANSWERS_DAYS",
    90,
    "answers and photographs of the claim that was right, and hidden facts, likewise",
    unit="days",
    least=1,
)
ERASE_POSTS_DAYS = env.integer(
    "ERASE_POSTS_DAYS",
    180,
    "posts of things that left, and posts that were closed, with photographs and vectors; also the "
    "finder's name",
    unit="days",
    least=1,
)
ERASE_RECEIPTS_DAYS = env.integer(
    "ERASE_RECEIPTS_DAYS",
    1095,
    "names and signatures of receipts, after the hand-over",
    unit="days",
    least=1,
)
ACCESS_LOG_DAYS = env.integer(
    "ACCESS_LOG_DAYS",
    730,
    "entries of the access log; the safety standard asks for one year, or two",
    unit="days",
    least=365,
)

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
env.section("Security")
HTTPS = env.boolean(
    "HTTPS", PRODUCTION, "redirect to HTTPS, and mark cookies as secure", shown="on in production"
)
SECURE_SSL_REDIRECT = HTTPS
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = env.integer(
    "HSTS_SECONDS",
    31_536_000 if HTTPS else 0,
    "how long browsers remember to use HTTPS only",
    unit="s",
    shown="31536000 (one year), 0 without HTTPS",
)
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = env.texts(
    "CSRF_TRUSTED_ORIGINS", [], "other origins that forms may be sent from, with `https://`"
)
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

env.section("Time and logs")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {
        "handlers": ["console"],
        "level": env.text("LOG_LEVEL", "INFO", "lowest level of messages that are logged"),
    },
}
