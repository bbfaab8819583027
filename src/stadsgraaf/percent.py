"""What the query component of an address is made of, and what it says.

RFC 3986, section 3.4, https://www.rfc-editor.org/rfc/rfc3986#section-3.4; the escapes are those of forms,
https://url.spec.whatwg.org/#urlencoded-parsing.

>>> decoded(b"ASK+%7B%7D", "address"), b"ASK+%7B%7D".translate(None, PLAIN)
('ASK {}', b'')
"""

from binascii import a2b_qp
from typing import Final

from stadsgraaf.errors import NotUtf8, RequestError, Text

__all__ = ["PLAIN", "decoded"]

#: All that may stand in a value, but for what ends a parameter.
PLAIN: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~%!$'()*+,;=:@/?"


def decoded(text: bytes, part: str) -> str:
    """Text without its escapes. Raises NotUtf8 or RequestError, which name the part of the request.

    Quoted-printable has the same escapes, and a decoder in C.
    """
    text = text.replace(b"+", b" ")
    escapes = text.count(b"%")
    if escapes:
        length = len(text) - 2 * escapes
        quoted = text.replace(b"=", b"=3D").replace(b"%", b"=")
        text = a2b_qp(quoted)
        if len(text) != length or b"=\n" in quoted or b"=\r" in quoted:
            raise RequestError(
                reason=Text(
                    f"a % in the {part} is not followed by two hexadecimal digits",
                    "na een % staan geen twee hexadecimale cijfers",
                )
            )
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        raise NotUtf8(part=part) from None
