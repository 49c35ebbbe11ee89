from shumoos.accounts.models.codes import OneTimeCode
from shumoos.accounts.models.factors import Authenticator, AuthenticatorReset, RecoveryCode, ResetStatus
from shumoos.accounts.models.grants import RoleGrant
from shumoos.accounts.models.invitations import Invitation, InvitationStatus
from shumoos.accounts.models.looks import Look, ReadingLimit, Seal, Unusual, UnusualReading
from shumoos.accounts.models.people import ADMIN_ROLES, STAFF_ROLES, PersonManager, Role, User
from shumoos.accounts.models.sign_ins import MOST_HOURS, Result, SessionLimit, SignIn

__all__ = [
    "ADMIN_ROLES",
    "MOST_HOURS",
    "STAFF_ROLES",
    "Authenticator",
    "AuthenticatorReset",
    "Invitation",
    "InvitationStatus",
    "Look",
    "OneTimeCode",
    "PersonManager",
    "ReadingLimit",
    "RecoveryCode",
    "ResetStatus",
    "Result",
    "Role",
    "RoleGrant",
    "Seal",
    "SessionLimit",
    "SignIn",
    "Unusual",
    "UnusualReading",
    "User",
]
