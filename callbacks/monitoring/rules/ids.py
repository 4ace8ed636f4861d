"""Names of the parts of Monitoring > Alert rules."""

from enum import StrEnum

from portal.core.table import GridQuery

ALL = GridQuery(limit=50)


class Ids(StrEnum):
    """The bodies of the list and of one rule, their grids, and the parts that act."""

    LIST_BODY = "monitoring-rules"
    BODY = "monitoring-rule"
    LIST = "monitoring-rules-list"
    VERSIONS = "monitoring-rules-versions"
    READINGS = "monitoring-rules-readings"
    EPISODES = "monitoring-rules-episodes"
    WINDOWS = "monitoring-rules-windows"
    BASE = "monitoring-rule-base"
    SAVE = "monitoring-rule-save"
    SWITCH = "monitoring-rule-switch"
    SAVED = "monitoring-rule-saved"
    SERVICES = "monitoring-window-services"
    BEGINS = "monitoring-window-begins"
    HOURS = "monitoring-window-hours"
    REASON = "monitoring-window-reason"
    PLAN = "monitoring-window-plan"
    PLANNED = "monitoring-window-planned"
