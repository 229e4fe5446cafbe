"""Sums of money in words. Whole minor units in, no fractions anywhere."""

# Currencies whose smallest coin is not a hundredth. All others have two digits.
DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG"), 0),
    **dict.fromkeys(("RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
SIGNS = {"GBP": "£", "EUR": "€", "USD": "$"}


def shown(minor: int, currency: str) -> str:
    """1234550 GBP as “£12,345.50”."""
    number = _number(abs(minor), currency, between=",")
    sign = SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    return ("\N{MINUS SIGN}" if minor < 0 else "") + sign + number


def plain(minor: int, currency: str) -> str:
    """1234550 GBP as “12345.50”, for programs."""
    return ("-" if minor < 0 else "") + _number(abs(minor), currency)


def _number(minor: int, currency: str, *, between: str = "") -> str:
    """`between` parts the thousands."""
    digits = DIGITS.get(currency, 2)
    whole, rest = divmod(minor, 10**digits)
    return f"{whole:{between}}" + (f".{rest:0{digits}d}" if digits else "")


def read(typed: str, currency: str) -> int:
    """What someone typed, as “1,234.50”, “£95” or “95 GBP”, in minor units. Raises ValueError.

    A comma parts thousands and nothing else: “12,50” might be twelve and a half.
    """
    tidy = "".join(typed.split()).upper()
    for sign in (SIGNS.get(currency, currency), currency):
        tidy = tidy.removeprefix(sign).removesuffix(sign)
    whole, point, rest = tidy.partition(".")
    first, *thousands = whole.split(",")
    if thousands and (len(first) > 3 or any(len(three) != 3 for three in thousands)):
        raise ValueError
    whole, digits = first + "".join(thousands), DIGITS.get(currency, 2)
    plain = (whole + rest).isascii() and whole.isdigit() and (rest.isdigit() or not point)
    if not plain or len(rest) > digits or len(whole) > 9:
        raise ValueError
    return int(whole) * 10**digits + int(rest.ljust(digits, "0") or 0)


def rate_shown(rate: int) -> str:
    """A tax rate of hundredths of a per cent: 2000 as “20%”, 550 as “5.5%”."""
    whole, rest = divmod(rate, 100)
    return f"{whole}.{rest:02d}".rstrip("0").rstrip(".") + "%"
