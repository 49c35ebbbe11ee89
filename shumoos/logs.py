"""One set of log lines for our code and the libraries': JSON in production, readable in development.

Personal data stays out: what looks like a mobile or an identity number is blacked out wherever it stands, and
values under telling keys are dropped. That is the last line of defence; the first is to log ids only.
"""

import logging
import logging.config
import re
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
PERSONAL_KEYS = re.compile(
    r"(^|_)(password|secret|token|otp|mobile|phone|name|national_id|id_number|iqama|passport|birth_date|email)$"
)
PERSONAL_NUMBERS = re.compile(
    r"""
    (?<![\d-]) (?: (?:\+|00)?966[\ -]? | 0 )? 5(?:[\ -]?\d){8} (?!\d) # a Saudi mobile, however written
    | \+\d{8,15} (?!\d)                                                # any other country's
    | (?<!\d) \d{10} (?!\d)                                            # identity, iqama, border number
    """,
    re.VERBOSE,
)
# PostgreSQL tells a refused row's values there.
DATABASE_DETAIL = re.compile(r"^(\s*DETAIL:).*$", re.MULTILINE)


def scrub(value: Any) -> Any:
    """The value without what looks personal, all the way down; a number counts as it would be written."""
    if isinstance(value, dict):
        return {key: scrub(inner) for key, inner in value.items() if not PERSONAL_KEYS.search(str(key))}
    if isinstance(value, list | tuple | set | frozenset):
        return [scrub(inner) for inner in value]
    if value is None or isinstance(value, bool | float):
        return value
    written = str(value)
    clean = DATABASE_DETAIL.sub(rf"\1 {HIDDEN}", PERSONAL_NUMBERS.sub(HIDDEN, written))
    return value if clean == written and isinstance(value, int) else clean


def drop_personal_data(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """The structlog processor that every line passes, the libraries' too, once its traceback is text."""
    # The middleware lets nothing but a UUID in here, and a UUID may hold ten digits in a row.
    kept = {
        name: line[name] for name in ("_record", "_from_structlog", "request_id", "timestamp") if name in line
    }
    return {**scrub({name: value for name, value in line.items() if name not in kept}), **kept}


def before_rendering(*, json: bool) -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=json),
        structlog.processors.StackInfoRenderer(),
        structlog.processors.format_exc_info,
    ]


def formatter(*, json: bool = True) -> logging.Formatter:
    """One line for each record, structlog's own or a library's; deploy/granian-log.json names it too."""
    renderer: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json
        else structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=before_rendering(json=json),
        processors=[
            drop_personal_data,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            renderer,
        ],
    )


def logging_config(*, json: bool) -> None:
    """Set up structlog and the standard library's logging, both to standard error."""
    structlog.configure(
        processors=[*before_rendering(json=json), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(json)
    # These write addresses with their query strings, or whole requests, or of themselves, at INFO.
    talkative = ("httpx", "httpcore", "pikepdf", "twilio", "urllib3")
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {"lines": {"()": formatter, "json": json}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "lines"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {name: {"level": "WARNING"} for name in talkative},
        }
    )
