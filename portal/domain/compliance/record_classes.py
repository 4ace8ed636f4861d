"""Classes of records that hold personal data: where they lie, whom they name, which duties keep them and from when.

API: ``RecordClass``, ``Source``, ``Way``, ``CLASSES``, ``by_code``, ``of_subject``.

Which duties keep a class is the house's reading of the laws behind :data:`portal.domain.compliance.retention.DUTIES`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from portal.core.errors import NotFound

USER, OWNER = "user", "owner"
SUBJECTS: Mapping[str, str] = {USER: "User of the portal", OWNER: "Owner of a counterparty"}


class Way(StrEnum):
    """What erasure does to a class."""

    CLOSE = "close"
    DELETE = "delete"
    RENAME = "rename"
    EMPTY = "empty"
    FORGET = "forget"

    @property
    def label(self) -> str:
        """The way in words."""
        return _WAYS[self]


_WAYS = {
    Way.CLOSE: "account closed, names replaced, rights removed",
    Way.DELETE: "rows deleted",
    Way.RENAME: "name replaced by a number",
    Way.EMPTY: "personal fields emptied",
    Way.FORGET: "link from pseudonym to person deleted",
}


@dataclass(frozen=True, slots=True)
class Source:
    """A table that holds rows of a class.

    Attributes
    ----------
    table : str
        Its name.
    who : tuple of str
        Columns that hold a user name or a full name, or, by ``link``, what points to the person.
    day : str
        Column with the day or moment from which a retention counts; "" where rows have none.
    link : str
        How rows are found: ``name`` by both names, ``user`` by the id of the user, ``owner``, ``party`` and ``file`` by
        the owner of a counterparty, ``channel`` and ``delivery`` by the owner of a channel, ``ref`` by the pseudonym.
    shown : tuple of str
        Columns that an export holds; () for all but those of ``documents`` that are files.
    texts, documents : tuple of str
        Columns of free text, and of JSON, where the names may stand too.
    kept : bool
        Part of an export alone: it holds a pseudonym, and is neither counted nor erased.
    """

    table: str
    who: tuple[str, ...]
    day: str = "recorded_at"
    link: str = "name"
    shown: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    kept: bool = False


@dataclass(frozen=True, slots=True)
class RecordClass:
    """A class of records.

    Attributes
    ----------
    code, title : str
        Such as ``training`` and a few words.
    subjects : tuple of str
        Whose records: keys of :data:`SUBJECTS`.
    personal : str
        What in it is personal.
    regimes : tuple of str
        Keys of :data:`portal.domain.compliance.retention.DUTIES`; () when no law keeps it.
    clock : str
        From which day the years count, in words.
    way : Way
        What erasure does to it.
    sources : tuple of Source
        Where it lies.
    ends : str
        What ends the contract or relation, for duties that count from it: ``delivery``, ``relation`` or "".
    """

    code: str
    title: str
    subjects: tuple[str, ...]
    personal: str
    regimes: tuple[str, ...]
    clock: str
    way: Way
    sources: tuple[Source, ...]
    ends: str = ""


_SESSION = ("created_at", "last_seen_at", "expires_at", "revoked_at", "address", "agent")
_TRADE = (
    "trade_id", "version", "event", "trade_date", "effective_on", "recorded_at", "trader", "recorded_by", "approved_by",
    "reason",
)  # fmt: skip
_ORDER = (
    "id",
    "at",
    "event",
    "order_ref",
    "trader",
    "account",
    "contract",
    "trade_id",
    "venue",
    "recorded_at",
)
_WORK = (
    Source("adjustment_decisions", ("decided_by",)),
    Source("adjustments", ("proposed_by",)),
    Source("alert_rules", ("written_by",), shown=("code", "version", "written_by", "recorded_at")),
    Source("alerts", ("acknowledged_by",), "raised_at", shown=("id", "acknowledged_by", "acknowledged_at")),
    Source("backtest_comments", ("written_by",)),
    Source("beneficial_owners", ("recorded_by",), shown=("id", "code", "recorded_by", "recorded_at")),
    Source("compliance_records", ("recorded_by",), shown=("id", "rule", "recorded_by", "recorded_at")),
    Source("compliance_runs", ("run_by",), shown=("id", "kind", "run_by", "recorded_at")),
    Source("experiments", ("run_by",), shown=("id", "run_by", "recorded_at")),
    Source("feed_terms", ("owner", "written_by"), shown=("code", "version", "owner", "written_by", "recorded_at")),
    Source("incident_events", ("by",), documents=("body",)),
    Source("incidents", ("owner", "opened_by"), "opened_at", shown=("id", "title", "owner", "opened_by", "opened_at")),
    Source("inside_information", ("written_by",), shown=("id", "code", "holders", "written_by", "recorded_at"),
           documents=("holders",)),
    Source("installation_years", ("recorded_by",), shown=("code", "year", "recorded_by", "recorded_at")),
    Source("job_askers", ("username",), "asked_at"),
    Source("jobs", ("requested_by", "cancel_by"), "requested_at",
           shown=("id", "kind", "requested_by", "requested_at", "cancel_by")),
    Source("kyc_cases", ("opened_by",)),
    Source("kyc_documents", ("added_by",), shown=("id", "case_id", "kind", "added_by", "recorded_at")),
    Source("kyc_events", ("by",), documents=("body",)),
    Source("legal_holds", ("set_by", "released_by")),
    Source("limit_decisions", ("decided_by",)),
    Source("limit_events", ("owner", "written_by")),
    Source("limits", ("proposed_by",)),
    Source("maintenance_windows", ("set_by",)),
    Source("model_decisions", ("decided_by",), shown=("decided_by", "recorded_at")),
    Source("model_versions", ("registered_by",), shown=("id", "registered_by", "recorded_at")),
    Source("obligation_events", ("by",)),
    Source("pack_schedules", ("written_by",), shown=("code", "version", "title", "written_by", "recorded_at"),
           documents=("recipients",)),
    Source("packs", ("reader", "made_by"), shown=("id", "template", "as_of", "reader", "made_by", "recorded_at")),
    Source("parameter_decisions", ("decided_by",)),
    Source("parameter_proposals", ("proposed_by",), shown=("id", "code", "reason", "proposed_by", "recorded_at")),
    Source("party_facts", ("recorded_by",), shown=("party", "recorded_by", "recorded_at")),
    Source("position_limits", ("set_by",)),
    Source("privacy_events", ("by",), shown=("id", "request_id", "step", "by", "recorded_at")),
    Source("privacy_requests", ("recorded_by",), shown=("id", "recorded_by", "recorded_at")),
    Source("quarantined_rows", ("state_by",), shown=("id", "state_by", "state_at")),
    Source("report_decisions", ("by",), documents=("body",)),
    Source("reports", ("made_by",), shown=("id", "kind", "made_by", "recorded_at")),
    Source("risk_runs", ("run_by",), shown=("id", "method", "run_by", "recorded_at")),
    Source("schedules", ("changed_by",), "changed_at", shown=("changed_by", "changed_at")),
    Source("screening_decisions", ("by",)),
    Source("screening_lists", ("imported_by",), shown=("id", "code", "imported_by", "recorded_at")),
    Source("sign_offs", ("by",), shown=("id", "portfolio", "as_of", "step", "note", "by", "recorded_at")),
    Source("service_objectives", ("written_by",), shown=("code", "version", "written_by", "recorded_at")),
    Source("services", ("owner", "changed_by"), shown=("code", "owner", "changed_by", "recorded_at")),
    Source("stress_scenarios", ("written_by",), shown=("code", "written_by", "recorded_at")),
    Source("thread_comments", ("by",)),
    Source("threads", ("opened_by", "resolved_by"), shown=("id", "title", "opened_by", "resolved_by", "recorded_at")),
    Source("trade_decisions", ("decided_by",)),
    Source("trade_facts", ("recorded_by",), shown=("trade_id", "recorded_by", "recorded_at")),
    Source("trade_proposals", ("proposed_by",), "proposed_at",
           shown=("id", "trade_id", "event", "reason", "proposed_by", "proposed_at"), documents=("terms",)),
    Source("what_ifs", ("created_by",), shown=("id", "created_by", "recorded_at")),
)  # fmt: skip

CLASSES: tuple[RecordClass, ...] = (
    RecordClass(
        "account", "Account", (USER,), "user name, full name, roles and portfolios", (), "no law keeps it", Way.CLOSE,
        (
            Source("users", ("username",), "created_at",
                   shown=("username", "name", "is_active", "is_demo", "created_at")),
            Source("user_roles", ("user_id",), "", "user"),
            Source("user_portfolios", ("user_id",), "", "user"),
        ),
    ),
    RecordClass(
        "sessions", "Sessions", (USER,), "address and browser, times of use", (), "no law keeps it", Way.DELETE,
        (Source("sessions", ("user_id",), "created_at", "user", _SESSION),),
    ),
    RecordClass(
        "logins", "Login attempts", (USER,), "user name, address, time", (), "no law keeps it", Way.DELETE,
        (Source("login_attempts", ("username",), "at"),),
    ),
    RecordClass(
        "unusual", "Unusual sign-ins", (USER,), "user name, address, time", (), "no law keeps it", Way.DELETE,
        (Source("security_events", ("username",), "at"),),
    ),
    RecordClass(
        "messages", "Messages", (USER,), "addresses to be told at, and what was sent there", (), "no law keeps it",
        Way.DELETE,
        (
            Source("delivery_attempts", ("delivery_id",), "at", "delivery"),
            Source("deliveries", ("channel_id",), "recorded_at", "channel",
                   ("id", "subject", "message", "state", "recorded_at", "sent_at")),
            Source("channels", ("username",),
                   shown=("id", "username", "kind", "title", "shown_address", "severities", "quiet_from", "quiet_to",
                          "timezone", "enabled", "recorded_at")),
        ),
    ),
    RecordClass(
        "boards", "Boards and last looks", (USER,), "what somebody put on a page of their own, when they last looked",
        (), "no law keeps it", Way.DELETE,
        (Source("boards", ("username",)), Source("last_looks", ("username",), "looked_at")),
    ),
    RecordClass(
        "survey", "Answers to the survey", (USER,), "how somebody likes the portal", (), "no law keeps it", Way.DELETE,
        (Source("survey_answers", ("username",)),),
    ),
    RecordClass(
        "trades", "Trades", (USER,), "name of the trader, who entered and approved it",
        ("EMIR", "CFTC_SWAP", "CFTC_OTHER", "FERC", "MIFID"), "end of delivery, or entry of the newest trade",
        Way.RENAME,
        (Source("trades", ("trader", "recorded_by", "approved_by"), shown=_TRADE),), "delivery",
    ),
    RecordClass(
        "orders", "Orders", (USER,), "name of the trader, and patterns seen in their orders",
        ("REMIT_ALGO", "CFTC_OTHER", "MIFID"), "day of the newest order", Way.RENAME,
        (
            Source("order_events", ("trader",), "at", shown=_ORDER),
            Source("surveillance_hits", ("subject",), texts=("subject", "message"), documents=("evidence",),
                   shown=("id", "detector", "subject", "contract", "started_at", "ended_at", "message", "recorded_at")),
        ),
    ),
    RecordClass(
        "cases", "Cases and comments", (USER,), "owner, subject, who wrote what", ("MIFID", "CFTC_OTHER"),
        "day of the newest entry", Way.RENAME,
        (
            Source("cases", ("opened_by", "owner", "subject"), "opened_at", texts=("title", "subject")),
            Source("case_events", ("by",), documents=("body",)),
        ),
    ),
    RecordClass(
        "training", "Training", (USER,), "who acknowledged which course", ("MIFID",), "day of the newest course",
        Way.RENAME, (Source("training_records", ("username",)),),
    ),
    RecordClass(
        "work", "Decisions and runs", (USER,), "who entered, ran, proposed or approved something",
        ("MIFID", "CFTC_OTHER"),
        "day of the newest entry", Way.RENAME, _WORK,
    ),
    RecordClass(
        "owners", "Beneficial owners", (OWNER,), "name and day of birth", ("CDD",), "end of the relation", Way.EMPTY,
        (Source("beneficial_owners", ("counterparty_id", "code"), link="owner"),), "relation",
    ),
    RecordClass(
        "documents", "Identity documents", (OWNER,), "the document itself and the name of its file", ("CDD",),
        "end of the relation", Way.EMPTY,
        (Source("kyc_documents", ("case_id",), link="file",
                shown=("id", "kind", "file_name", "media_type", "sha256", "content", "issued_on", "expires_on",
                       "recorded_at")),),
        "relation",
    ),
    RecordClass(
        "screening", "Screening hits", (OWNER,), "name and year of birth as compared with a list", ("CDD",),
        "end of the relation", Way.EMPTY, (Source("screening_hits", ("party",), link="party"),), "relation",
    ),
    RecordClass(
        "audit", "Audit pseudonym", (USER,), "whose pseudonym it is; the chain itself names nobody", (),
        "no law keeps it", Way.FORGET,
        (
            Source("audit_people", ("username",)),
            Source("audit_log", ("actor_ref", "object_ref"), "at", "ref",
                   ("seq", "at", "action", "object_kind", "outcome"), kept=True),
            Source("privacy_requests", ("subject_ref",), "received_on", "ref",
                   ("id", "kind", "received_on", "extended", "due_at"), kept=True),
        ),
    ),
)  # fmt: skip
"""All classes, in the order of the page."""


def by_code(code: str) -> RecordClass:
    """Return the class of a code.

    Parameters
    ----------
    code : str
        Such as ``training``.

    Returns
    -------
    RecordClass
        The class.

    Raises
    ------
    NotFound
        There is none.
    """
    for item in CLASSES:
        if item.code == code:
            return item
    raise NotFound(
        f"There is no class of records '{code[:40]}'. Choose one of the list.", record_class=code[:40]
    )


def of_subject(kind: str) -> tuple[RecordClass, ...]:
    """Return the classes that may hold data of a kind of person.

    Parameters
    ----------
    kind : str
        Key of :data:`SUBJECTS`.

    Returns
    -------
    tuple of RecordClass
        In the order of the page.
    """
    return tuple(item for item in CLASSES if kind in item.subjects)
