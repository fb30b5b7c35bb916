"""What Django is told, the same for every workspace; `site.enter` adds what belongs to one: database, secret, hosts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

#: What pages may do: their own files and nothing else. No script stands in a page, no style in an attribute.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SETTINGS: dict[str, Any] = {
    "INSTALLED_APPS": [
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "axes",
        "django_otp",
        "django_otp.plugins.otp_totp",
        "django_otp.plugins.otp_static",
        "django_htmx",
        "custrata.store",
        "custrata.web",
    ],
    "MIDDLEWARE": [
        "custrata.web.middleware.Headers",
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django_htmx.middleware.HtmxMiddleware",
        "custrata.web.middleware.Seeing",
        "custrata.web.api.manners.Manners",
        "axes.middleware.AxesMiddleware",
    ],
    "ROOT_URLCONF": "custrata.web.urls",
    "DATABASES": {},
    "DEFAULT_AUTO_FIELD": "django.db.models.BigAutoField",
    "AUTHENTICATION_BACKENDS": [
        "axes.backends.AxesStandaloneBackend",
        "django.contrib.auth.backends.ModelBackend",
    ],
    "AUTH_PASSWORD_VALIDATORS": [
        {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
        {
            "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
            "OPTIONS": {"min_length": 10},
        },
        {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
        {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    ],
    "TEMPLATES": [],  # pages are drawn by `show`, with Jinja
    "LANGUAGE_CODE": "zh-hans",
    "LANGUAGES": [("zh-hans", "简体中文"), ("en", "English")],
    "USE_I18N": True,  # Django's own sentences about passwords
    "USE_TZ": True,
    "TIME_ZONE": "UTC",
    "LOGIN_URL": "/login/",
    "SESSION_COOKIE_NAME": "custrata_session",
    "SESSION_COOKIE_HTTPONLY": True,
    "SESSION_COOKIE_SAMESITE": "Lax",
    "SESSION_COOKIE_AGE": 60 * 60 * 24 * 7,
    "CSRF_COOKIE_NAME": "custrata_csrf",
    "CSRF_COOKIE_HTTPONLY": True,
    "CSRF_COOKIE_SAMESITE": "Lax",
    "CSRF_FAILURE_VIEW": "custrata.web.faults.csrf_failed",
    "SECURE_CONTENT_TYPE_NOSNIFF": True,
    "SECURE_REFERRER_POLICY": "same-origin",
    "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
    "DATA_UPLOAD_MAX_MEMORY_SIZE": 2 * 1024 * 1024,
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": 2_000,
    "FILE_UPLOAD_HANDLERS": ["custrata.web.uploads.Bounded"],
    # Locked out after five wrong passwords of a name from one address, and let in again after a quarter of an hour.
    "OTP_TOTP_ISSUER": "Custrata",
    "OTP_TOTP_SYNC": True,
    "AXES_FAILURE_LIMIT": 5,
    "AXES_COOLOFF_TIME": timedelta(minutes=15),
    "AXES_LOCKOUT_PARAMETERS": [["username", "ip_address"]],
    "AXES_LOCKOUT_CALLABLE": "custrata.web.faults.locked_out",
    "AXES_RESET_ON_SUCCESS": True,
    "AXES_VERBOSE": False,
    # What was typed is kept nowhere: not the password that was wrong, nor the one that was to be.
    "AXES_SENSITIVE_PARAMETERS": ["username", "old", "password", "again", "code", "token", "csrfmiddlewaretoken"],
    # Who logged in stands in the audit trail.
    "AXES_DISABLE_ACCESS_LOG": True,
    "AXES_ENABLE_ADMIN": False,
    "SILENCED_SYSTEM_CHECKS": ["axes.W003"],
    "LOGGING": {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            "custrata": {"handlers": ["stderr"], "level": "INFO"},
            "django.request": {"handlers": ["stderr"], "level": "ERROR", "propagate": False},
            "axes": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        },
    },
}
