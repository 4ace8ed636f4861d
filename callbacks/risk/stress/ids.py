"""Names of the parts of Risk > Stress."""

from enum import StrEnum


class Ids(StrEnum):
    """The body, the grids and the inputs of the page."""

    BODY = "risk-stress"
    MATRIX = "risk-stress-matrix"
    NODES = "risk-stress-nodes"
    PARTS = "risk-stress-parts"
    LAYERS = "risk-stress-layers"
    WORST = "risk-stress-worst"
    BEST = "risk-stress-best"
    SHOCKS = "risk-stress-shocks"
    UNSHOCKED = "risk-stress-unshocked"
    TRIALS = "risk-stress-trials"
    LIKELY = "risk-stress-likely"
    ADD = "risk-stress-add"
    ADD_FACTOR = "risk-stress-add-factor"
    ADD_SCOPE = "risk-stress-add-scope"
    ADD_SIZE = "risk-stress-add-size"
    ADD_MONTHS = "risk-stress-add-months"
    ADD_LAYER = "risk-stress-add-layer"
    ADDED = "risk-stress-added"
    TITLE = "risk-stress-title"
    NARRATIVE = "risk-stress-narrative"
    SAVE = "risk-stress-save"
    SAVED = "risk-stress-saved"
    RETIRE = "risk-stress-retire"
    RETIRED = "risk-stress-retired"
