"""Who is asking: the identity that every service call and query carries."""

from dataclasses import dataclass, field, replace

from portal.core.errors import NotPermitted
from portal.core.permissions import Permission, Role, permissions_of


@dataclass(frozen=True, slots=True)
class Actor:
    """A signed-in user, or the system itself (``user_id`` None).

    ``portfolio_codes`` are the books whose rows the actor may see; queries filter by it.
    """

    user_id: int | None
    username: str
    name: str
    roles: frozenset[Role]
    portfolio_codes: frozenset[str] = frozenset()
    permissions: frozenset[Permission] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "permissions", permissions_of(self.roles))

    def narrowed(self, rights: frozenset[Permission]) -> "Actor":
        """Return the same person with no more than ``rights`` of what they hold, and without any portfolio."""
        made = replace(self, roles=frozenset(), portfolio_codes=frozenset())
        object.__setattr__(made, "permissions", self.permissions & rights)
        return made

    def can(self, permission: Permission) -> bool:
        """Tell whether one of the actor's roles holds ``permission``."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise :class:`NotPermitted` unless the actor holds ``permission``."""
        if not self.can(permission):
            raise NotPermitted(
                f"{self.name} may not do this: it needs the right '{permission}'. "
                "Ask an administrator for a role that has it.",
                permission=permission.value,
                username=self.username,
            )


SYSTEM = Actor(user_id=None, username="system", name="Enerscope", roles=frozenset(Role))
"""The command line and the loaders act as this."""
