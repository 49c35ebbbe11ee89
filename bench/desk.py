"""What an agent waits for at the desk with a million applications, compared with a thousand.

`python -m bench.desk`; APPLICATIONS= is how many the large database has, a million by default. The rows are
those of bench/registration.py, with a ticket for every fiftieth application; each look-up is made through the
page, the box and all, with another number every time.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import cycle
from random import Random

from bench.measure import results, servers, sizes, timing
from bench.registration import (
    APPLICATIONS,
    ESTABLISHMENTS,
    FULL,
    LARGE,
    LICENCES,
    MOST_TIMES_SLOWER,
    SEARCHES,
    SIZES,
    SMALL,
    batches,
    fill,
    licence_number,
    mobile,
    reference,
)

TIMES = 11
MOST_MILLISECONDS = 1000
TICKETS = 0.02
COLUMNS = (
    "id, number, category, priority, subject, text, status, door, language, application_id, opened_at, "
    "due_at, escalate_at, is_due_by_law, closed_at, rating_words, caller_mobile"
)


def ticket_number(number: int) -> str:
    base = 26_000_000 + number * 7919 % 10**6
    return f"{base}{98 - base * 100 % 97:02}"


def fill_tickets(size: int) -> None:
    """Make tickets by COPY: of a hundred one is open, the others are closed."""
    from django.db import connection
    from django.utils import timezone

    now = timezone.now()

    def ticket(number: int) -> tuple:
        at = now - timedelta(minutes=number % 500_000)
        is_open = number % 100 == 0
        due = at + timedelta(hours=24) if is_open else "\\N"
        return (
            number, ticket_number(number), "texts", "normal", "بلاغ مخترع", "نص مخترع",
            "open" if is_open else "closed", "agent", "ar", min(number * 50, size), at, due, due, False,
            "\\N" if is_open else at, "", "",
        )  # fmt: skip

    count = max(1, min(int(size * TICKETS), 99_000))
    with connection.cursor() as cursor:
        for lines in batches(ticket(number) for number in range(1, count + 1)):
            cursor.copy_expert(f"COPY support_ticket ({COLUMNS}) FROM STDIN", lines)
        cursor.execute("VACUUM ANALYZE support_ticket")


class Jobs:
    """What an agent does, each as a function that does it once with a number of its own."""

    def __init__(self, size: int) -> None:
        from django.test import Client

        from shumoos.accounts.models import Role, User

        self.size = size
        self.licences = max(3, int(size * LICENCES))
        self.establishments = max(2, int(size * ESTABLISHMENTS))
        self.tickets = max(1, min(int(size * TICKETS), 99_000))
        self.rng = Random(size)
        self.searches = cycle(SEARCHES)
        self.agent = Client()
        agent, _is_new = User.objects.get_or_create(
            username="agent", defaults={"role": Role.SUPPORT, "full_name": "موظفة مخترعة"}
        )
        self.agent.force_login(agent, backend="shumoos.accounts.roles.RoleBackend")

    def all(self) -> dict[str, Callable[[], object]]:
        return {
            "the desk's page": self.desk,
            "reference number, and the page": lambda: self.ask(reference(self.someone())),
            "mistyped reference number": self.mistyped,
            "ticket number, and the ticket": self.ticket,
            "licence number": lambda: self.ask(licence_number(self.licence())),
            "commercial registration": lambda: self.ask(f"10{self.licence():08}"),
            "mobile": lambda: self.ask(mobile(self.licence())),
            "name": lambda: self.ask(next(self.searches)),
            "a number that nothing has": lambda: self.ask("ZZ99"),
        }

    def someone(self) -> int:
        return self.rng.randint(1, self.size)

    def licence(self) -> int:
        return self.rng.randint(1, self.licences)

    def desk(self) -> None:
        assert self.agent.get("/desk/").status_code == 200

    def ask(self, text: str) -> None:
        """Type something into the box, and read the page that it leads to."""
        response = self.agent.post("/desk/", {"q": text}, follow=True)
        assert response.status_code == 200, response.status_code

    def mistyped(self) -> None:
        right = reference(self.someone())
        wrong = right[:-1] + str((int(right[-1]) + 1) % 10)
        assert self.agent.post("/desk/", {"q": wrong}).status_code == 422

    def ticket(self) -> None:
        number = ticket_number(self.rng.randint(1, self.tickets))
        response = self.agent.post("/desk/", {"q": number}, follow=True)
        assert f"/tickets/{number}/" == response.request["PATH_INFO"]


def main() -> None:
    with servers.portal(durable=False):
        figures = sizes.compare(SIZES, make, small=SMALL, large=LARGE, times=TIMES)
    sizes.table(
        f"The desk with {APPLICATIONS:,} applications (to be within {MOST_MILLISECONDS} ms; a number within "
        f"{MOST_TIMES_SLOWER} times of {SIZES[SMALL]:,})",
        figures,
    )
    whole = {"applications": APPLICATIONS, "rounds": timing.ROUNDS, "jobs": figures}
    results.write("desk", whole, is_full=APPLICATIONS == FULL)


def make(size: int) -> sizes.Jobs:
    fill(size)
    fill_tickets(size)
    return Jobs(size).all()


if __name__ == "__main__":
    main()
