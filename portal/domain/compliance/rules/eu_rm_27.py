"""EU-RM-27: a report row fits its table, and both sides of a bilateral deal make the same identifier."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from portal.domain.compliance.base import Action, Answer, Case, Finding, compliance_rule
from portal.domain.compliance.errors import BadIdentifierError
from portal.domain.compliance.identifiers import AcerTerms, acer_contract_id, acer_uti, is_acer_code
from portal.domain.compliance.inputs import to_day
from portal.domain.compliance.reports.remit import errors

_SIDES = (
    "report_type", "variants[].name", "variants[].acer_code", "variants[].counterparty", "variants[].side",
    "terms.contract_type", "terms.energy_commodity", "terms.settlement_method", "terms.trade_date", "terms.price",
    "terms.price_currency", "terms.quantity", "terms.quantity_unit", "terms.delivery_point",
    "terms.delivery_start", "terms.delivery_end", "terms.counter",
)  # fmt: skip
_PARTICIPANT, _OTHER, _IDENTIFIER, _PRICE, _QUANTITY = 1, 4, 31, 35, 40  # field numbers of Table 1
_TABLE = {"REMIT-T1": "Table 1", "REMIT-T2": "Table 2"}


@compliance_rule(
    "EU-RM-27",
    "Content of a REMIT report",
    regimes=("EU-REMIT",),
    kinds=("report",),
    law="Implementing Reg. (EU) 1348/2014 annex; ACER schemas Table 1 V3, Table 2 V1; TRUM Annex IV",
    trust="V",
    inputs={
        "report_type": "s(REMIT-T1,REMIT-T2)",
        "variants[].name": "s",
        "variants[].acer_code": "s",
        "variants[].counterparty": "s",
        "variants[].side": "s",
        "terms.contract_type": "s",
        "terms.energy_commodity": "s",
        "terms.settlement_method": "s",
        "terms.trade_date": "d",
        "terms.price": "s",
        "terms.price_currency": "s",
        "terms.quantity": "s",
        "terms.quantity_unit": "s",
        "terms.delivery_point": "s",
        "terms.delivery_start": "d",
        "terms.delivery_end": "d",
        "terms.counter": "i",
        "row.<element>": "L!",
    },
    groups=(_SIDES, ("report_type", "row.<element>")),
    test="a field does not fit its pattern, values, units or one type of id, or the identifiers of buyer and seller "
    "differ -> flag",
    actions=("flag",),
)
def check(case: Case) -> Answer:
    """Flag rows that a repository would reject, naming the fields."""
    table = case["report_type"]
    wrong: set[int] = set()
    values: dict[str, Any] = {}
    row = case.get("row")
    if isinstance(row, Mapping) and row:
        wrong.update(errors(row, table))
    if case.get("variants") and case.get("terms"):
        made, bad = _identifiers(case, table)
        wrong.update(bad)
        values |= {f"uti.{name}": uti for name, uti in made.items()}
        if len(set(made.values())) > 1:
            wrong.add(_IDENTIFIER)
    values["errors"] = sorted(wrong)
    if not wrong:
        return Answer(values=values)
    fields = ", ".join(str(number) for number in sorted(wrong))
    return Answer(
        (
            Finding(
                Action.FLAG,
                f"{_TABLE[table]}: field{'s' if len(wrong) > 1 else ''} {fields} of the report cannot be accepted. "
                "Correct what the preview of the report says about them.",
            ),
        ),
        values,
    )


def _identifiers(case: Case, table: str) -> tuple[dict[str, str], set[int]]:
    """Return the identifier as each side makes it, and the fields that cannot be used."""
    made: dict[str, str] = {}
    wrong: set[int] = set()
    terms = case["terms"]
    price, quantity = _number(terms["price"]), _number(terms["quantity"])
    wrong.update(number for number, found in ((_PRICE, price), (_QUANTITY, quantity)) if found is None)
    for side in case["variants"]:
        own, other = side["acer_code"].strip(), side["counterparty"].strip()
        wrong.update(
            number for number, code in ((_PARTICIPANT, own), (_OTHER, other)) if not is_acer_code(code)
        )
        buyer, seller = (own, other) if side["side"] in ("buy", "B") else (other, own)
        try:
            made[side["name"]] = _identifier(
                _terms(terms, buyer, seller, price, quantity), table, terms["counter"]
            )
        except BadIdentifierError:
            wrong.add(_IDENTIFIER)
    return made, wrong


def _identifier(terms: AcerTerms, table: str, counter: int) -> str:
    return acer_uti(terms, counter) if table == "REMIT-T1" else acer_contract_id(terms, counter)


def _terms(
    terms: Mapping[str, Any], buyer: str, seller: str, price: Decimal | None, quantity: Decimal | None
) -> AcerTerms:
    return AcerTerms(
        buyer=buyer, seller=seller, contract_type=terms["contract_type"], commodity=terms["energy_commodity"],
        settlement=terms["settlement_method"], trade_date=to_day(terms["trade_date"]), price=price,
        currency=terms["price_currency"], quantity=quantity, unit=terms["quantity_unit"],
        point=terms["delivery_point"], delivery_start=to_day(terms["delivery_start"]),
        delivery_end=to_day(terms["delivery_end"]),
    )  # fmt: skip


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip())
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
