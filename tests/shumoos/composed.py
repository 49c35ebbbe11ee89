"""The services of docker-compose.yml, with what an owner of the portal has to give them."""

import re

import yaml
from cryptography.fernet import Fernet

from shumoos import letter_key
from shumoos.stack import BASE_DIR

LETTER_KEY, LETTER_CERTIFICATE = letter_key.make_pair("Tests")
COMPOSE = yaml.safe_load((BASE_DIR / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OWNER_GIVES = {
    "DOMAIN": "shumoos.example",
    "SECRET_KEY": "0123456789" * 5,
    "FIELD_KEYS": Fernet.generate_key().decode(),
    "POSTGRES_PASSWORD": "password",
    "REDIS_PASSWORD": "password",
    "TWILIO_ACCOUNT_SID": "AC0123456789abcdef0123456789abcdef",
    "TWILIO_AUTH_TOKEN": "token",
    "TWILIO_FROM": "Shumoos",
    "CENTRE_URL": "https://centre.example/api",
    "CENTRE_KEY": "key",
    "LETTER_SIGNING_KEY": LETTER_KEY.decode(),
    "LETTER_SIGNING_CERTIFICATE": LETTER_CERTIFICATE.decode(),
}


def given(found):
    """What the owner gives for a variable; nothing for one that may be left out."""
    return OWNER_GIVES.get(found[1], "") if ":-" in found[0] else OWNER_GIVES[found[1]]


def filled_in(value: str) -> str:
    """As Compose does it: `${NAME:?what it is}` from the environment, `$$` for one dollar."""
    return re.sub(r"\$\{(\w+)(?::[?-][^}]*)?\}", given, value).replace("$$", "$")
