"""What the portal's versions have granted the roles so far."""

from django.db import models


class RoleGrant(models.Model):
    """A permission that the code has given a role, once: from then on it is the administrators' to change."""

    role = models.CharField(max_length=20)
    permission = models.CharField(max_length=150)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="grant_once_a_role")]
