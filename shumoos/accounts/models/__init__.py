from shumoos.accounts.models.codes import OneTimeCode
from shumoos.accounts.models.factors import AuthenticatorReset, RecoveryCode, ResetStatus
from shumoos.accounts.models.grants import RoleGrant
from shumoos.accounts.models.invitations import Invitation, InvitationStatus
from shumoos.accounts.models.looks import Look
from shumoos.accounts.models.people import ADMIN_ROLES, STAFF_ROLES, PersonManager, Role, User
from shumoos.accounts.models.sign_ins import Result, SignIn

__all__ = [
    "ADMIN_ROLES",
    "STAFF_ROLES",
    "AuthenticatorReset",
    "Invitation",
    "InvitationStatus",
    "Look",
    "OneTimeCode",
    "PersonManager",
    "RecoveryCode",
    "ResetStatus",
    "Result",
    "Role",
    "RoleGrant",
    "SignIn",
    "User",
]
