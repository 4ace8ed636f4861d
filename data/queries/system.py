"""What the database holds as a whole: is it somebody's, or still empty?"""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from data.models.access import User
from data.models.ingest import ImportBatch

OWN_SOURCE = "import"  # source code of files that users bring


def holds_own_data(session: Session) -> bool:
    """Tell whether somebody put a user or a file of their own in; demo accounts and demo rows do not count."""
    own_user = exists(select(User.id).where(User.is_demo.is_(False)))
    own_file = exists(select(ImportBatch.id).where(ImportBatch.source_code == OWN_SOURCE))
    return bool(session.scalar(select(own_user | own_file)))
