from shumoos.accounts.models.codes import OneTimeCode
from shumoos.accounts.models.grants import RoleGrant
from shumoos.accounts.models.looks import Look
from shumoos.accounts.models.people import ADMIN_ROLES, PersonManager, Role, User

__all__ = ["ADMIN_ROLES", "Look", "OneTimeCode", "PersonManager", "Role", "RoleGrant", "User"]
