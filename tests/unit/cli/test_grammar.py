"""Command lines; every expectation was seen at virsh 11.3.0 (`virsh -c test:///default LINE`)."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from esxvirt.cli import commands, grammar
from esxvirt.cli.commands.shell.echo import for_shell
from esxvirt.cli.failures import Failed
from esxvirt.cli.grammar import GrammarError, Invocation, words_of_arguments, words_of_string


def parse(*line: str) -> list[Invocation]:
    words = words_of_string(line[0]) if len(line) == 1 else words_of_arguments(line)
    return grammar.parse(words, commands.find, commands.find("help"))


def echoed(text: str) -> list[list[str]]:
    """The words of every `echo` of a string."""
    return [invocation.arguments.items("string") for invocation in parse(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo a b", [["a", "b"]]),
        ("echo \t a \t", [["a"]]),
        ('echo "a b" c', [["a b", "c"]]),
        ('echo a"b c"d', [["ab cd"]]),
        ("echo '' \"\" x", [["", "", "x"]]),
        (r"echo a\ b", [["a b"]]),
        (r"""echo 'a\b' "a\b" "a\"b" """, [["a\\b", "ab", 'a"b']]),
        ("echo 'a", [["a"]]),
        ('echo "it\'s" \'say "x"\'', [["it's", 'say "x"']]),
        ("echo a;echo b", [["a"], ["b"]]),
        ("echo a ;; echo b;", [["a"], ["b"]]),
        ("; echo a", [["a"]]),
        ("echo a\\;b \";\" ';'", [["a;b", ";", ";"]]),
        ("echo a\necho b", [["a"], ["b"]]),
        ("echo a \\\nb", [["a", "b"]]),
        ('echo "a\\\nb" a\\\nb', [["ab", "ab"]]),
        ("echo 'a\\\nb'", [["a\\\nb"]]),
        ("echo # comment", [[]]),
        ("echo a # comment; echo b", [["a"]]),
        ("echo a#b", [["a#b"]]),
        ("# comment\necho a", [["a"]]),
        ("echo é 日本", [["é", "日本"]]),
        ("echo --string x y", [["x", "y"]]),
        ("echo --string=x y", [["x", "y"]]),
        ("echo --str x", [["x"]]),
        ("echo --hi a", [["hello", "a"]]),
        ("echo -1 - --", [["-1", "-"]]),
        ("echo -- --shell a", [["--shell", "a"]]),
        ("echo -- --", [["--"]]),
    ],
)
def test_a_string_is_cut_into_commands_and_words(text: str, words: list[list[str]]) -> None:
    assert echoed(text) == words


@pytest.mark.parametrize("text", ["", " ", ";", "#", "# comment", "\n\n"])
def test_a_string_may_hold_no_command(text: str) -> None:
    assert parse(text) == []


def test_separate_arguments_are_words_whatever_is_in_them() -> None:
    (invocation,) = parse("echo", "a b", ";", "#", "'", "")
    assert invocation.arguments.items("string") == ["a b", ";", "#", "'", ""]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("foo", "unknown command: 'foo'"),
        ("li", "unknown command: 'li'"),
        ("echo b; foo", "unknown command: 'foo'"),
        ("'echo a'", "unknown command: 'echo a'"),
        ('echo "a', 'missing "'),
        ("echo a\\", "dangling \\"),
        ('echo "a\\', "dangling \\"),
        ("list --bad", "command 'list' doesn't support option --bad"),
        ("list --bad=1", "command 'list' doesn't support option --bad"),
        ("list --al", "command 'list' doesn't support option --al"),
        ("list --all=1", "invalid '=' after option --all"),
        ("list --all=", "invalid '=' after option --all"),
        ("echo --hi=x", "invalid '=' after option --hi"),
        ("list extra", "unexpected data 'extra'"),
        ("list -a", "unexpected data '-a'"),
        ("list -- --all", "unexpected data '--all'"),
        ("list --help extra", "unexpected data 'extra'"),
        ("list --all --all", "option --all already seen"),
        ("dominfo", "command 'dominfo' requires <domain> option"),
        ("dominfo --", "command 'dominfo' requires <domain> option"),
        ("dominfo --domain", "expected syntax: --domain <string>"),
        ("dominfo --domain; list", "expected syntax: --domain <string>"),
        ("dominfo --domain= test", "unexpected data 'test'"),
        ("dominfo a b", "unexpected data 'b'"),
        ("dominfo a --domain b", "option --domain already seen"),
        ("dominfo --domain -- a", "unexpected data 'a'"),
        ("dominfo --1", "command 'dominfo' doesn't support option --1"),
        ("dominfo --help --bad", "command 'dominfo' doesn't support option --bad"),
        ("freecell --cellno", "expected syntax: --cellno <number>"),
    ],
)
def test_what_is_no_command_line_is_refused_as_virsh_does(text: str, message: str) -> None:
    with pytest.raises(GrammarError) as caught:
        parse(text)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("dominfo x", "x"),
        ("dominfo --domain x", "x"),
        ("dominfo --domain=x=y", "x=y"),
        ("dominfo --domain=", ""),
        ("dominfo --domain --help", "--help"),
        ("dominfo -- --domain", "--domain"),
        ("dominfo -x", "-x"),
        ("dominfo --=x", "--=x"),
        ("dominfo ---", "---"),
        ("domstate --reason x", "x"),
    ],
)
def test_an_option_has_its_value_by_position_or_by_name(text: str, value: str) -> None:
    (invocation,) = parse(text)
    assert invocation.arguments.raw("domain") == value


@pytest.mark.parametrize("text", ["list --help", "list --all --help", "dominfo --help", "help list", "help list x --y"])
def test_help_on_a_command_needs_nothing_of_what_the_command_needs(text: str) -> None:
    (invocation,) = parse(text)
    assert invocation.command.name == "help"
    assert invocation.arguments.raw("command") in {"list", "dominfo"}


@pytest.mark.parametrize(
    ("text", "number"), [("1", 1), ("010", 10), (" 1", 1), ("+1", 1), ("-1", -1), ("2147483647", 2147483647)]
)
def test_numbers_are_decimal(text: str, number: int) -> None:
    (invocation,) = parse("freecell", "--cellno", text)
    assert invocation.arguments.number("cellno") == number


@pytest.mark.parametrize("text", ["", "x", "1x", "1 ", "0x1", "--1", "1.0", "2147483648", "99999999999999999999", "١"])  # noqa: RUF001  an Arabic digit
def test_what_is_no_number_is_refused(text: str) -> None:
    (invocation,) = parse("freecell", f"--cellno={text}")
    with pytest.raises(Failed) as caught:
        invocation.arguments.number("cellno")
    assert caught.value.messages == (f"Numeric value '{text}' for <cellno> option is malformed or out of range",)


def test_an_empty_value_is_refused_unless_the_option_takes_it() -> None:
    (invocation,) = parse("dominfo", "")
    with pytest.raises(Failed) as caught:
        invocation.arguments.required("domain")
    assert caught.value.messages == ("Failed to get option 'domain': Option argument is empty",)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]))))
def test_words_quoted_for_a_shell_come_back_as_they_were(words: list[str]) -> None:
    quoted = " ".join(for_shell(word) for word in words)
    # a backslash-newline inside single quotes is two characters for a shell and for virsh alike
    assert list(words_of_string(quoted)) == words


@given(st.text())
def test_no_string_crashes_the_grammar(text: str) -> None:
    with suppress(GrammarError):
        parse(text)
