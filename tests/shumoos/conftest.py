import pytest

from shumoos.stack import BASE_DIR
from tests.shumoos.composed import SERVICES, filled_in
from tests.shumoos.processes import Program, bare_environment


@pytest.fixture
def service(own_stack, tmp_path):
    """Start a service's own command with its own settings, on servers and ports of the test."""
    programs = []

    def start(name: str, **changes: str) -> Program:
        settings = {key: filled_in(value) for key, value in SERVICES[name]["environment"].items()}
        settings |= {
            "DATABASE_URL": own_stack.database_url,
            "REDIS_URL": own_stack.redis_url,
            # The image sets these: see the Dockerfile.
            "DJANGO_SETTINGS_MODULE": "shumoos.settings",
            "DOCUMENTS_ROOT": str(tmp_path / "documents"),
            "STATIC_ROOT": str(tmp_path / "static"),
            "BEAT_SCHEDULE": str(tmp_path / "beat-schedule"),
        }
        program, *arguments = SERVICES[name]["command"]
        start = arguments if program == "python" else ["-m", program, *arguments]
        env = bare_environment(**settings | changes)
        programs.append(Program(*start, cwd=BASE_DIR, output=tmp_path / f"{name}.log", env=env))
        return programs[-1]

    yield start
    for program in programs:
        program.kill_everything()
