"""Reading XML that somebody else wrote: bounded, and nothing of the machine it is read on."""

from pathlib import Path

import pytest

from esxvirt.errors import XmlError, XmlSyntaxError
from esxvirt.xml.reader import MAX_BYTES, parse_document


def read(text: str | bytes) -> str:
    return str(parse_document(text, root="domain", name="domain_definition").tag)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "at line 1: Document is empty\n"),
        ("foo", "at line 1: Start tag expected, '<' not found\nfoo\n^"),
        ("<domain", "at line 1: Couldn't find end of Start Tag domain line 1\n<domain\n-------^"),
        (
            "<domain>\n<a></b></domain>",
            "at line 2: Opening and ending tag mismatch: a line 2 and b\n<a></b></domain>\n-------^",
        ),
        (
            "<domain type='vmware'>&foo;</domain>",
            "at line 1: Entity 'foo' not defined\n<domain type='vmware'>&foo;</domain>\n" + "-" * 27 + "^",
        ),
    ],
)
def test_what_is_not_well_formed_is_told_as_libvirt_tells_it(text: str, message: str) -> None:
    with pytest.raises(XmlSyntaxError) as caught:
        read(text)
    assert str(caught.value) == message


def test_another_root() -> None:
    with pytest.raises(XmlError, match="expecting root element of 'domain', not 'network'"):
        read("<network/>")
    with pytest.raises(XmlError, match="not 'domain' of the namespace 'urn:x'"):
        read("<domain xmlns='urn:x'/>")


def test_text_may_name_any_encoding_but_bytes_have_to_be_in_it() -> None:
    assert read("<?xml version='1.0' encoding='UTF-16'?>\n<domain>é</domain>") == "domain"
    assert read("<?xml version='1.0' encoding='ISO-8859-1'?>\n<domain>é</domain>".encode("latin-1")) == "domain"
    with pytest.raises(XmlSyntaxError):
        read(b"<domain>\xe9</domain>")


BILLION = "<!DOCTYPE domain [<!ENTITY a0 'ha'>{}]><domain>&a30;</domain>".format(
    "".join(f"<!ENTITY a{n} '&a{n - 1};&a{n - 1};'>" for n in range(1, 31))
)


@pytest.mark.parametrize(
    "text",
    [
        BILLION,
        "<!DOCTYPE domain [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><domain>&a;</domain>",
        "<!DOCTYPE domain SYSTEM 'http://127.0.0.1:1/x.dtd'><domain/>",
        "<!DOCTYPE domain [<!ENTITY % a SYSTEM 'file:///etc/passwd'> %a;]><domain/>",
        "<!DOCTYPE domain><domain/>",
    ],
    ids=["billion laughs", "external entity", "external definition", "parameter entity", "empty definition"],
)
def test_a_document_type_definition_is_refused(text: str) -> None:
    with pytest.raises(XmlError):
        read(text)


def test_included_files_are_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="ascii")
    text = f"<domain xmlns:xi='http://www.w3.org/2001/XInclude'><xi:include href='{secret}' parse='text'/></domain>"
    element = parse_document(text, root="domain", name="domain_definition")
    assert "secret" not in "".join(element.itertext())


def test_absurd_depth_and_size() -> None:
    with pytest.raises(XmlSyntaxError, match="depth"):
        read("<domain>" + "<a>" * 100_000 + "</a>" * 100_000 + "</domain>")
    with pytest.raises(XmlError, match=f"more than {MAX_BYTES} are not read"):
        read("<domain>" + " " * MAX_BYTES + "</domain>")


def test_nul_and_control_characters_are_errors() -> None:
    for text in ("<domain>\x00</domain>", "<domain>\x01</domain>", "<domain>&#0;</domain>", "<domain>\ud800</domain>"):
        with pytest.raises(XmlError):
            read(text)


def test_comments_and_instructions_are_left_out() -> None:
    element = parse_document("<domain><!-- x --><?x y?><name>n</name></domain>", root="domain", name="x")
    assert [child.tag for child in element] == ["name"]
