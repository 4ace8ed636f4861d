"""Identifiers of reports: ACER's transaction identifier, the EMIR identifier, check characters of LEI and EIC.

API: ``AcerTerms``, ``acer_uti``, ``acer_contract_id``, ``emir_uti``, ``is_emir_uti``, ``lei_error``, ``is_lei``,
``eic_error``, ``is_eic``, ``is_acer_code``, ``is_mic``.
"""

import re
from base64 import b32encode, b64encode
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256

from portal.domain.compliance.errors import BadIdentifierError

_ACER_LENGTH = 42
_COUNTERS = 999
_LEI = re.compile(r"[0-9A-Z]{18}[0-9]{2}")
_EMIR_UTI = re.compile(r"[0-9A-Z]{20,52}")
_EIC = re.compile(r"[0-9]{2}[XYZTWV][0-9A-Z-]{12}[0-9A-Z]")
_ACER = re.compile(r"[A-Za-z0-9_]{9}\.[A-Z]{2}")
_MIC = re.compile(r"[A-Z0-9]{4}")
_EMIR_TAIL = 32
_LEI_MODULUS = 97


@dataclass(frozen=True, slots=True)
class AcerTerms:
    """The terms that both sides of a bilateral deal know, from which the identifier is made.

    Attributes
    ----------
    buyer, seller : str
        ACER codes of the two market participants, such as ``B0000123B.DE``.
    contract_type, commodity, settlement : str
        Codes of fields 23, 24 and 26, such as ``FW``, ``EL`` and ``P``.
    trade_date, delivery_start, delivery_end : date
        Days.
    price, quantity : Decimal
        Price in ``currency``, quantity in ``unit`` of field 42; whole, they are rounded here.
    currency : str
        Code of field 37; "" when there is none.
    unit : str
        Such as ``MW``.
    point : str
        EIC of the delivery point or zone.
    """

    buyer: str
    seller: str
    contract_type: str
    commodity: str
    settlement: str
    trade_date: date
    price: Decimal | None
    currency: str
    quantity: Decimal | None
    unit: str
    point: str
    delivery_start: date
    delivery_end: date


def acer_uti(terms: AcerTerms, counter: int = 1) -> str:
    """Return the unique transaction identifier of a bilateral deal (field 31 of Table 1), equal on both sides.

    Parameters
    ----------
    terms : AcerTerms
        What both sides agreed.
    counter : int
        1 for the first deal with these terms, 2 for the next one, up to 999.

    Returns
    -------
    str
        45 characters.

    Raises
    ------
    BadIdentifierError
        Price or quantity are missing or not finite, or the counter is out of its range.

    Notes
    -----
    ACER TRUM Annex IV, generator tool v2.3; equal on all published test values.
    """
    return acer_hash(
        (
            terms.buyer, terms.seller, terms.contract_type, terms.commodity, terms.settlement,
            terms.trade_date.isoformat(), _fixed(terms.price, 5, "price"), terms.currency,
            _fixed(terms.quantity, 10, "quantity"), terms.unit, terms.point, terms.delivery_start.isoformat(),
            terms.delivery_end.isoformat(),
        ),
        counter,
    )  # fmt: skip


def acer_contract_id(terms: AcerTerms, counter: int = 1) -> str:
    """Return the contract identifier of Table 2: as :func:`acer_uti` without price, currency, quantity and unit."""
    return acer_hash(
        (
            terms.buyer, terms.seller, terms.contract_type, terms.commodity, terms.settlement,
            terms.trade_date.isoformat(), terms.point, terms.delivery_start.isoformat(),
            terms.delivery_end.isoformat(),
        ),
        counter,
    )  # fmt: skip


def acer_stem(parts: tuple[str, ...]) -> str:
    """Return the first 42 characters of an ACER identifier: what the counter counts."""
    digest = b64encode(sha256("".join(part.strip() for part in parts).encode()).digest()).decode()
    swapped = digest.replace("+", "A").replace("/", "B").replace("=", "C").replace("-", "D")
    return swapped[:_ACER_LENGTH].ljust(_ACER_LENGTH, "E")


def acer_hash(parts: tuple[str, ...], counter: int = 1) -> str:
    """Return the identifier of texts that are already formatted: stem and a counter of three digits."""
    if not 1 <= counter <= _COUNTERS:
        raise BadIdentifierError(
            f"The counter of an ACER identifier is {counter}; it goes from 1 to {_COUNTERS}. "
            "Terms that repeat more often need an identifier agreed with the other side."
        )
    return f"{acer_stem(parts)}{counter:03d}"


def emir_uti(lei: str, reference: str) -> str:
    """Return a unique trade identifier for EMIR: the generating LEI and 32 characters made from a reference.

    Parameters
    ----------
    lei : str
        LEI of the party that makes the identifier.
    reference : str
        What is unique in the own books; it cannot be read back from the identifier.

    Raises
    ------
    BadIdentifierError
        The LEI is wrong.

    Notes
    -----
    Delegated Regulation (EU) 2022/1855, field 2.1: 20 to 52 upper-case letters and digits, beginning with an LEI.
    """
    wrong = lei_error(lei)
    if wrong:
        raise BadIdentifierError(wrong)
    return lei + b32encode(sha256(f"{lei}|{reference}".encode()).digest()).decode()[:_EMIR_TAIL]


def is_emir_uti(uti: str, lei: str = "") -> bool:
    """Tell whether ``uti`` has the form of EMIR; with ``lei`` also whether that party made it."""
    if not _EMIR_UTI.fullmatch(uti):
        return False
    return uti.startswith(lei) if lei else is_lei(uti[:20])


def lei_error(lei: str) -> str:
    """Return what is wrong with an LEI as a sentence, "" when nothing is (ISO 17442: mod 97-10 gives 1)."""
    if not _LEI.fullmatch(lei):
        return f"The LEI '{lei}' is not 18 capital letters or digits and 2 digits. Copy it from the GLEIF register."
    rest = int("".join(str(int(sign, 36)) for sign in lei)) % _LEI_MODULUS
    if rest != 1:
        return f"The check digits of the LEI {lei} are wrong: the remainder by 97 is {rest}, not 1."
    return ""


def is_lei(lei: str) -> bool:
    """Tell whether ``lei`` has the form and the check digits of an LEI."""
    return not lei_error(lei)


def eic_error(eic: str) -> str:
    """Return what is wrong with an energy identification code as a sentence, "" when nothing is."""
    if not _EIC.fullmatch(eic):
        return (
            f"The EIC '{eic}' is not 2 digits, one of X Y Z T W V, 12 capital letters, digits or hyphens "
            "and a check character."
        )
    expected = eic_check(eic[:15])
    if eic[15] != expected:
        return (
            f"The check character of the EIC {eic} is {eic[15]}, but its first 15 characters give {expected}."
        )
    return ""


def eic_check(body: str) -> str:
    """Return the check character of the first 15 characters of an EIC."""
    total = sum(_eic_value(sign) * weight for sign, weight in zip(body, range(16, 1, -1), strict=True))
    value = 36 - (total - 1) % 37
    return "-" if value == 36 else "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"[value]


def is_eic(eic: str) -> bool:
    """Tell whether ``eic`` has the form and the check character of an EIC."""
    return not eic_error(eic)


def is_acer_code(code: str) -> bool:
    """Tell whether ``code`` has the form of a market participant's ACER code, such as ``B0000123B.DE``."""
    return _ACER.fullmatch(code) is not None


def is_mic(mic: str) -> bool:
    """Tell whether ``mic`` has the form of a market identifier code (ISO 10383); not whether such a market exists."""
    return _MIC.fullmatch(mic) is not None


def _eic_value(sign: str) -> int:
    return 36 if sign == "-" else int(sign, 36)


def _fixed(value: Decimal | None, decimals: int, name: str) -> str:
    """Return a number with a fixed count of decimals, as ACER's generator writes it."""
    if value is None or not value.is_finite():
        raise BadIdentifierError(f"The {name} is {value}: an identifier needs a number.")
    return f"{value:.{decimals}f}"
