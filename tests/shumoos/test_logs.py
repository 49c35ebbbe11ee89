"""The lines of the log: what stands in them and, above all, what does not."""

import io
import json
import logging

import pytest
import structlog

from shumoos.logs import formatter, scrub


@pytest.fixture
def written():
    """Log through the returned logger; each line written comes back as JSON."""
    structlog.contextvars.clear_contextvars()
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(json=True))
    logger = logging.Logger("the.test")
    logger.addHandler(handler)

    class Written:
        log = logger
        structured = structlog.wrap_logger(
            logger,
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.stdlib.add_log_level,
                structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
            ],
        )

        @property
        def text(self):
            return stream.getvalue()

        @property
        def lines(self):
            return [json.loads(line) for line in self.text.splitlines()]

    return Written()


@pytest.mark.parametrize(
    "said",
    [
        "call 0551234567 now",
        "call 551234567 now",
        "call +966551234567 now",
        "call 00966 55 123 4567 now",
        "call 966-55-123-4567 now",
        "call 055 123 4567 now",
        "call ٠٥٥١٢٣٤٥٦٧ now",
        "call +4915112345678 now",
        "call 1000000008 now",
        "call ٢٠٠٠٠٠٠٠٠٦ now",
    ],
)
def test_mobiles_and_identity_numbers_are_blacked_out_wherever_they_stand(written, said):
    written.log.warning("A library says: %s", said)

    assert [line["event"] for line in written.lines] == ["A library says: call [hidden] now"]


@pytest.mark.parametrize(
    "said", ["2026-05-12 13:14:15", "row 123456", "SAR 10000.00", "26-4821-9037-45", "0 of 1000", "فندق 12"]
)
def test_other_numbers_stay(said):
    assert scrub(said) == said


def test_values_under_telling_keys_are_dropped_all_the_way_down(written):
    written.structured.info(
        "saved",
        pk=7,
        password="x",
        full_name="نورة",
        owner={"mobile": "x", "national_id": "x", "id": 3},
        numbers=[1000000008, 5],
    )

    (line,) = written.lines
    assert {key: line[key] for key in line if key not in ("timestamp", "level", "logger")} == {
        "event": "saved",
        "pk": 7,
        "owner": {"id": 3},
        "numbers": ["[hidden]", 5],
    }


def test_a_traceback_is_kept_without_the_values_of_the_refused_row(written):
    refusal = "duplicate key\nDETAIL:  Key (full_name)=(نورة) already exists."
    try:
        raise ValueError(refusal)
    except ValueError:
        written.log.exception("It failed")

    (line,) = written.lines
    assert "ValueError: duplicate key" in line["exception"]
    assert "نورة" not in written.text


def test_lines_of_one_request_share_its_id(written):
    with structlog.contextvars.bound_contextvars(request_id="12345678-1234-1234-1234-1234567890ab"):
        written.log.info("from a library")
        written.structured.info("our own")

    assert {line["request_id"] for line in written.lines} == {"12345678-1234-1234-1234-1234567890ab"}


def test_development_lines_are_for_reading():
    record = logging.LogRecord("a.library", logging.WARNING, "", 0, "all is %s", ("well",), None)

    line = formatter(json=False).format(record)

    assert "all is well" in line
    assert "{" not in line
