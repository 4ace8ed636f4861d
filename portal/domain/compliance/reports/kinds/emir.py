"""EMIR Refit: derivatives to a trade repository, one report each in the outline of auth.030."""

from collections.abc import Mapping
from typing import Any

from portal.domain.compliance.identifiers import is_emir_uti
from portal.domain.compliance.reports import remit
from portal.domain.compliance.reports.cells import nest
from portal.domain.compliance.reports.layout import Field, Gather, Layout, Media, Problem, register
from portal.domain.compliance.reports.source import Party, Source
from portal.domain.compliance.reports.trade_codes import code_problems, day_text, text
from portal.domain.compliance.reports.values import written

TREE = remit.tree_of("EMIR")
_WRAPPERS = {"new": "New", "amended": "Mod", "cancelled": "Err"}
_TYPES = {
    "future": "FUTR", "forward_physical": "FORW", "forward_financial": "FORW", "swap": "SWAP", "option": "OPTN",
    "asian": "OPTN", "spread_option": "OPTN",
}  # fmt: skip
_CFI = {"FUTR": "FCEPSX", "FORW": "JTJXFC", "SWAP": "STJXXC", "OPTN": "HTJAVC"}
_LOADS = {"base": "BSLD", "peak": "PKLD", "offpeak": "OFFP", "shaped": "SHPD"}
_P, _T = "CtrPtySpcfcData/CtrPty", "CmonTradData/TxData"
_UTI = f"{_T}/TxId/UnqTxIdr"


def scope(source: Source) -> str:
    """Return why a trade is not reported under EMIR, "" when it is."""
    if not source.is_derivative:
        return "no derivative"
    if source.kind not in _TYPES:
        return "a kind of contract that EMIR does not know"
    return ""


def build(source: Source) -> dict[str, str]:
    """Return the cells of a derivative; a cancelled one says no more than which it was."""
    wrapper = _WRAPPERS[source.event]
    cells = _parties(source) | {_UTI: source.uti.get("EMIR", "")}
    if wrapper != "Err":
        cells |= _contract(source) | _terms(source) | _commodity(source) | _option(source) | _delivery(source)
        cells["Lvl"] = "TCTN"
    return {f"{wrapper}/{path}": value for path, value in cells.items()}


def _parties(source: Source) -> dict[str, str]:
    own, other = source.own, source.party
    above = "true" if own.text("class") == "NFC+" else "false"
    return {
        f"{_P}/RptgCtrPty/Id/Lgl/Id/LEI": own.lei_code,
        f"{_P}/RptgCtrPty/Ntr/NFI/Sctr/Id": "D",
        f"{_P}/RptgCtrPty/Ntr/NFI/ClrThrshld": above,
        f"{_P}/RptgCtrPty/Ntr/NFI/DrctlyLkdActvty": "true",
        f"{_P}/RptgCtrPty/DrctnOrSd/CtrPtySd": "BYER" if source.side > 0 else "SLLR",
        f"{_P}/OthrCtrPty/IdTp/Lgl/Id/LEI": other.lei_code,
        f"{_P}/OthrCtrPty/RptgOblgtn": "true" if other.text("self_reports") == "True" else "false",
        f"{_P}/SubmitgAgt/LEI": own.lei_code,
        f"{_P}/NttyRspnsblForRpt/LEI": own.lei_code,
        "CtrPtySpcfcData/RptgTmStmp": written(source.recorded_at) if source.recorded_at else "",
    }


def _contract(source: Source) -> dict[str, str]:
    kind = _TYPES[source.kind]
    return {
        "CmonTradData/CtrctData/CtrctTp": kind,
        "CmonTradData/CtrctData/AsstClss": "COMM",
        "CmonTradData/CtrctData/PdctClssfctn": _CFI[kind],
        "CmonTradData/CtrctData/SttlmCcy/Ccy": source.currency,
        "CmonTradData/CtrctData/DerivBasedOnCrptAsst": "false",
    }


def _money(path: str, value: float | None, currency: str) -> dict[str, str]:
    """Return an amount with its currency; its sign is an element of its own."""
    if value is None:
        return {}
    return {f"{path}/Amt": text(abs(value)), f"{path}/Amt@Ccy": currency} | (
        {f"{path}/Sgn": "false"} if value < 0 else {}
    )


def _major(source: Source, value: float | None) -> float | None:
    """Return a price in whole units of the currency."""
    return value / 100.0 if value is not None and source.money[1] == "GBX" else value


def _terms(source: Source) -> dict[str, str]:
    cleared = source.party.kind == "exchange"
    agreement = {f"{_T}/MstrAgrmt/Tp/Tp": "ISDA"}
    if cleared:
        agreement = {
            f"{_T}/MstrAgrmt/Tp/Tp": "OTHR",
            f"{_T}/MstrAgrmt/OthrMstrAgrmtDtls": "rules of the venue",
        }
    status = (
        {f"{_T}/TradClr/ClrSts/Clrd/Dtls/CCP/LEI": source.party.lei_code}
        if cleared
        else {f"{_T}/TradClr/ClrSts/NonClrd/Rsn": "NORE"}
    )
    notional = source.notional[0]
    return {
        f"{_T}/CollPrtflCd/Prtfl/NoPrtfl": "NOAP",
        f"{_T}/PltfmIdr": source.mic or "XXXX",
        **_money(f"{_T}/TxPric/Pric/MntryVal", _major(source, source.price), source.currency),
        f"{_T}/NtnlAmt/FrstLeg/Amt/Amt": text(notional, 2),
        f"{_T}/NtnlAmt/FrstLeg/Amt/Amt@Ccy": source.currency if notional is not None else "",
        f"{_T}/NtnlQty/FrstLeg/TtlQty": text(source.total),
        f"{_T}/DlvryTp": "CASH",
        f"{_T}/ExctnTmStmp": written(source.executed_at),
        f"{_T}/FctvDt": day_text(source.trade_date),
        f"{_T}/XprtnDt": day_text(source.expiry or source.last_day),
        **agreement,
        f"{_T}/DerivEvt/Tp": "TRAD",
        f"{_T}/DerivEvt/TmStmp/Dt": day_text(source.executed_at.date()),
        f"{_T}/TradClr/ClrOblgtn": "FLSE",
        **status,
        f"{_T}/TradClr/IntraGrp": "true" if source.fact("intragroup") is True else "false",
    }


def _commodity(source: Source) -> dict[str, str]:
    base, sub, more, at = {
        "power": ("NRGY", "ELEC", _LOADS[source.profile].replace("SHPD", "OTHR"), "Nrgy/Elctrcty"),
        "gas": ("NRGY", "NGAS", {"TTF": "TTFG", "NBP": "NBPG"}.get(source.curve, "OTHR"), "Nrgy/NtrlGas"),
        "lng": ("NRGY", "NGAS", "LNGG", "Nrgy/NtrlGas"),
        "crude": ("NRGY", "OILP", {"BRENT": "BRNT", "WTI": "WTIO"}.get(source.curve, "OTHR"), "Nrgy/Oil"),
        "products": ("NRGY", "OILP", {"GASOIL": "GOIL", "RBOB": "GSLN"}.get(source.curve, "OTHR"), "Nrgy/Oil"),
        "coal": ("NRGY", "COAL", "", "Nrgy/Coal"),
        "carbon": ("ENVR", "EMIS", "EUAE" if source.curve == "EUA" else "OTHR", "Envttl/Emssns"),
    }.get(source.commodity, ("OTHR", "", "", "Othr"))  # fmt: skip
    cells = {"BasePdct": base, "SubPdct": sub, "AddtlSubPdct": more}
    return {f"{_T}/Cmmdty/{at}/{name}": code for name, code in cells.items()}


def _option(source: Source) -> dict[str, str]:
    if _TYPES[source.kind] != "OPTN":
        return {}
    kind = {True: "CALL", False: "PUTO", None: "OTHR"}[source.is_call]
    premium = None if source.premium is None else abs(_major(source, source.premium) or 0.0) * source.total
    return {
        f"{_T}/Optn/Tp": kind,
        f"{_T}/Optn/ExrcStyle": "EURO",
        **_money(f"{_T}/Optn/StrkPric/MntryVal", _major(source, source.strike), source.currency),
        f"{_T}/Optn/PrmAmt": text(premium, 2),
        f"{_T}/Optn/PrmAmt@Ccy": source.currency if premium is not None else "",
    }


def _delivery(source: Source) -> dict[str, str]:
    if source.commodity not in ("power", "gas") or not source.place.delivery_point:
        return {}
    base = f"{_T}/NrgySpcfcAttrbts"
    return {
        f"{base}/DlvryPtOrZone/Cd": source.place.delivery_point,
        f"{base}/LdTp": "GASD" if source.commodity == "gas" else _LOADS[source.profile],
    }


def check(cells: Mapping[str, str]) -> list[Problem]:
    """Return what is wrong with a row: schema, LEIs, identifier, a currency missing beside its amount."""
    found = []
    for item in remit.tree_problems(nest(cells), TREE, TREE.record):
        path = item.element.lstrip("/")
        number = _number(path)
        sentence = item.message.replace("Field 0", f"Field {number}").replace(f"/{path}", path)
        found.append(Problem(number, path, item.code, sentence))
    wrapper = next(iter(cells)).partition("/")[0]
    uti = cells.get(f"{wrapper}/{_UTI}", "")
    own = f"{wrapper}/{_P}/RptgCtrPty/Id/Lgl/Id/LEI"
    if uti and not is_emir_uti(uti, cells.get(own, "")):
        sentence = "Field 2.1: the UTI does not begin with the LEI that made it, or is not 20 to 52 letters and digits."
        found.append(Problem("2.1", f"{wrapper}/{_UTI}", "uti", sentence))
    leis = {own: "1.4", f"{wrapper}/{_P}/OthrCtrPty/IdTp/Lgl/Id/LEI": "1.9"}
    return found + code_problems(cells, leis, {f"{wrapper}/{_T}/PltfmIdr": "2.41"})


def _number(path: str) -> str:
    """Return the field at a path, or the first one below it."""
    plain = path.partition("/")[2]
    exact = [number for number, at, *_ in _FIELDS if at == plain]
    return (exact or [number for number, at, *_ in _FIELDS if at.startswith(f"{plain}/")] or ["-"])[0]


_ABSENT = {("Nrgy/Coal", "AddtlSubPdct"), ("Othr", "AddtlSubPdct"), ("Othr", "SubPdct")}
_FIELDS: tuple[tuple[str, str, str, str, str], ...] = (
    ("1.4", f"{_P}/RptgCtrPty/Id/Lgl/Id/LEI", "Counterparty 1", "party_facts of SELF: lei", "as it is"),
    ("1.6", f"{_P}/RptgCtrPty/Ntr/NFI/Sctr/Id", "Corporate sector of counterparty 1", "own firm", "NACE section D"),
    ("1.7", f"{_P}/RptgCtrPty/Ntr/NFI/ClrThrshld", "Clearing threshold", "party_facts of SELF: class", "NFC+ -> true"),
    ("1.20", f"{_P}/RptgCtrPty/Ntr/NFI/DrctlyLkdActvty", "Linked to commercial activity", "own firm", "always true"),
    ("1.17", f"{_P}/RptgCtrPty/DrctnOrSd/CtrPtySd", "Direction", "trades.side", "1 -> BYER, -1 -> SLLR"),
    ("1.9", f"{_P}/OthrCtrPty/IdTp/Lgl/Id/LEI", "Counterparty 2", "party_facts: lei", "as it is"),
    ("1.14", f"{_P}/OthrCtrPty/RptgOblgtn", "Reporting obligation of counterparty 2", "party_facts: self_reports", ""),
    ("1.2", f"{_P}/SubmitgAgt/LEI", "Report submitting entity", "party_facts of SELF: lei", "as it is"),
    ("1.3", f"{_P}/NttyRspnsblForRpt/LEI", "Entity responsible", "party_facts of SELF: lei", "as it is"),
    ("1.1", "CtrPtySpcfcData/RptgTmStmp", "Reporting timestamp", "trades.recorded_at", "in UTC"),
    ("2.1", _UTI, "UTI", "transaction_identifiers", "own LEI and 32 characters of a hash"),
    ("2.10", "CmonTradData/CtrctData/CtrctTp", "Contract type", "trades.kind", "FUTR FORW SWAP OPTN"),
    ("2.11", "CmonTradData/CtrctData/AsstClss", "Asset class", "trades.kind", "always COMM"),
    ("2.9", "CmonTradData/CtrctData/PdctClssfctn", "CFI", "trades.kind", "by contract type, unverified"),
    ("2.19", "CmonTradData/CtrctData/SttlmCcy/Ccy", "Settlement currency", "curves.currency", "as it is"),
    ("2.12", "CmonTradData/CtrctData/DerivBasedOnCrptAsst", "Based on crypto-assets", "trades.kind", "always false"),
    ("2.26", f"{_T}/CollPrtflCd/Prtfl/NoPrtfl", "Collateral portfolio", "own firm", "always NOAP"),
    ("2.41", f"{_T}/PltfmIdr", "Venue", "trade_facts: venue", "XXXX when not admitted to trading"),
    ("2.48", f"{_T}/TxPric/Pric/MntryVal/Amt", "Price", "trades.price", "pence in pounds"),
    ("2.49", f"{_T}/TxPric/Pric/MntryVal/Amt@Ccy", "Price currency", "curves.currency", "as it is"),
    ("2.48", f"{_T}/TxPric/Pric/MntryVal/Sgn", "Sign of the price", "trades.price", "false below zero"),
    ("2.55", f"{_T}/NtnlAmt/FrstLeg/Amt/Amt", "Notional amount", "price x total quantity", "two decimals"),
    ("2.56", f"{_T}/NtnlAmt/FrstLeg/Amt/Amt@Ccy", "Notional currency", "curves.currency", "as it is"),
    ("2.60", f"{_T}/NtnlQty/FrstLeg/TtlQty", "Total notional quantity", "trades.quantity", "over all delivery months"),
    ("2.47", f"{_T}/DlvryTp", "Delivery type", "trades.kind", "always CASH: what is delivered is no derivative here"),
    ("2.42", f"{_T}/ExctnTmStmp", "Execution timestamp", "trade_facts: executed_at", "in UTC"),
    ("2.43", f"{_T}/FctvDt", "Effective date", "trades.trade_date", "as it is"),
    ("2.44", f"{_T}/XprtnDt", "Expiration date", "trades.expiry", "else the last day of delivery"),
    ("2.34", f"{_T}/MstrAgrmt/Tp/Tp", "Master agreement", "counterparties.kind", "ISDA; OTHR at an exchange"),
    ("2.35", f"{_T}/MstrAgrmt/OthrMstrAgrmtDtls", "Other agreement", "counterparties.kind", "rules of the venue"),
    ("2.152", f"{_T}/DerivEvt/Tp", "Event type", "trades.event", "always TRAD"),
    ("2.153", f"{_T}/DerivEvt/TmStmp/Dt", "Event date", "trade_facts: executed_at", "its day"),
    ("2.30", f"{_T}/TradClr/ClrOblgtn", "Clearing obligation", "asset class", "none for commodities"),
    ("2.31", f"{_T}/TradClr/ClrSts/NonClrd/Rsn", "Not cleared", "counterparties.kind", "NORE"),
    ("2.33", f"{_T}/TradClr/ClrSts/Clrd/Dtls/CCP/LEI", "CCP", "party_facts: lei", "at an exchange"),
    ("2.37", f"{_T}/TradClr/IntraGrp", "Intragroup", "trade_facts: intragroup", "false unless entered"),
    *(
        (number, f"{_T}/Cmmdty/{branch}/{name}", title, "curves.commodity", "by commodity and curve")
        for branch in ("Nrgy/Elctrcty", "Nrgy/NtrlGas", "Nrgy/Oil", "Nrgy/Coal", "Envttl/Emssns", "Othr")
        for number, name, title in (
            ("2.116", "BasePdct", "Base product"),
            ("2.117", "SubPdct", "Sub-product"),
            ("2.118", "AddtlSubPdct", "Further sub-product"),
        )
        if (branch, name) not in _ABSENT
    ),
    ("2.132", f"{_T}/Optn/Tp", "Option type", "trades.is_call", "CALL, PUTO, OTHR for spreads"),
    ("2.133", f"{_T}/Optn/ExrcStyle", "Option style", "trades.kind", "always EURO"),
    ("2.134", f"{_T}/Optn/StrkPric/MntryVal/Amt", "Strike price", "trades.strike", "pence in pounds"),
    ("2.138", f"{_T}/Optn/StrkPric/MntryVal/Amt@Ccy", "Strike currency", "curves.currency", "as it is"),
    ("2.134", f"{_T}/Optn/StrkPric/MntryVal/Sgn", "Sign of the strike", "trades.strike", "false below zero"),
    ("2.139", f"{_T}/Optn/PrmAmt", "Option premium", "trades.premium", "x total quantity"),
    ("2.140", f"{_T}/Optn/PrmAmt@Ccy", "Premium currency", "curves.currency", "as it is"),
    ("2.119", f"{_T}/NrgySpcfcAttrbts/DlvryPtOrZone/Cd", "Delivery point or zone", "place of the curve", "EIC"),
    ("2.121", f"{_T}/NrgySpcfcAttrbts/LdTp", "Load type", "trades.profile", "gas GASD; BSLD PKLD OFFP SHPD"),
    ("2.154", "Lvl", "Level", "trades", "always TCTN"),
)  # fmt: skip
FIELDS = tuple(
    Field(number, f"{wrapper}/{path}", title, source, rule or "as it is")
    for wrapper in ("New", "Mod", "Err")
    for number, path, title, source, rule in _FIELDS
    if wrapper != "Err" or path.startswith("CtrPtySpcfcData") or path == _UTI
)


def head(_own: Party, rows: int) -> dict[str, Any]:
    """Return the number of records."""
    return {"DerivsTradRpt/RptHdr": {"NbRcrds": str(rows)}}


LAYOUT = register(
    Layout(
        kind="emir",
        title="EMIR Refit derivative report (auth.030)",
        regime="EU-EMIR",
        law="Regulation (EU) 648/2012 Art. 9; Delegated Regulation (EU) 2022/1855",
        rule="EU-EM-02",
        version="auth.030.001.03 outline",
        media=Media.XML,
        fields=FIELDS,
        gather=Gather.TRADES,
        scope=scope,
        build=build,
        check=check,
        tree=TREE,
        rows_at=("DerivsTradRpt", "TradData", "Rpt"),
        trust="V",
        note="Elements and codes of the message's outline for energy and emissions. ESMA's schema has a licence of its "
        "own and is not shipped: files are checked against ours, and must be checked at the repository.",
        deadline="End of the working day after conclusion, change or end",
        scheme="EMIR",
        head=head,
    )
)
