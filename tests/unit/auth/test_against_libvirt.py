"""The same auth files and callbacks to the real libvirt: it asks the same questions and gives the same errors."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from esxvirt.auth import CallbackAuthenticator
from esxvirt.errors import AuthenticationError
from tests.tools import require

# Nothing listens at the port: what counts is what is asked before that, and the last error.
ASK = """
import json, sys, libvirt
libvirt.registerErrorHandler(lambda context, error: None, None)
cases = json.load(sys.stdin)
answers = []
for case in cases:
    asked = []
    def callback(credentials, opaque):
        for credential in credentials:
            asked.append(credential[:])
            credential[4] = case["answers"].get(str(credential[0]))
        return case["returns"]
    open(case["file"], "w").write(case["content"])
    try:
        libvirt.openAuth(case["uri"] + "?authfile=" + case["file"], [case["types"], callback, None], 0)
    except libvirt.libvirtError as error:
        answers.append([asked, str(error)])
print(json.dumps(answers))
"""
LAB = "[credentials-lab]\nusername=fu\npassword=fp\n"
CASES: list[tuple[str, list[int], dict[int, str], int, str | None]] = [
    # content, types, answers, returned, the URI's user name
    ("", [2, 5], {2: "u", 5: "p"}, 0, None),
    ("", [2, 5], {2: "u", 5: "p"}, 0, "bob"),
    ("", [7, 5, 2], {2: "u", 7: "p"}, 0, None),
    ("", [2, 5], {}, -1, None),
    ("", [2, 5], {}, -1, "bob"),
    ("", [5], {5: "p"}, 0, None),
    ("", [2], {2: "u"}, 0, None),
    (f"{LAB}[auth-esx-127.0.0.1]\ncredentials=lab", [2, 5], {}, -1, None),
    (f"{LAB}[auth-esx-default]\ncredentials=lab", [2, 5], {}, -1, None),
    (f"{LAB}[auth-esx-127.0.0.1]\ncredentials=nix", [2, 5], {}, -1, None),
    (f"{LAB}[auth-esx-127.0.0.1]\n", [2, 5], {}, -1, None),
    (f"{LAB}[auth-esx-localhost]\ncredentials=lab", [2, 5], {2: "u", 5: "p"}, 0, None),
    ("[credentials-lab]\n# c\n username =  f u \n[auth-esx-default]\ncredentials=lab", [2, 5], {5: "p"}, 0, None),
    ("[credentials-lab]\nusername=a\nusername=b\n[auth-esx-default]\ncredentials=lab", [2, 5], {5: "p"}, 0, None),
    ("[credentials-lab]\npassword=p\n[auth-esx-default]\ncredentials=lab", [2, 5], {2: "u"}, 0, None),
]


def ours(case: dict[str, Any], username: str | None) -> tuple[list[list[Any]], str | None]:
    asked = []

    def callback(credentials: tuple[list[Any], ...], _opaque: Any) -> int:
        for credential in credentials:
            asked.append(credential[:])
            credential[4] = case["answers"].get(credential[0])
        return int(case["returns"])

    Path(case["file"]).write_text(case["content"])
    authenticate = CallbackAuthenticator(case["types"], callback, None, authfile=case["file"])
    try:
        authenticate(service="esx", hostname="127.0.0.1", username=username, default_username="root")
    except AuthenticationError as error:
        return asked, str(error)
    return asked, None


def test_the_same_questions_and_errors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    cases = [
        {
            "content": content,
            "types": types,
            "answers": answers,
            "returns": returns,
            "uri": f"esx://{f'{username}@' if username else ''}127.0.0.1:1/",
            "file": str(tmp_path / "file.conf"),
        }
        for content, types, answers, returns, username in CASES
    ]
    command = [require("libvirt-python-11.3.0"), "-c", ASK]
    answer = subprocess.run(command, input=json.dumps(cases), capture_output=True, text=True, check=True)
    for case, (*_, username), (asked, error) in zip(cases, CASES, json.loads(answer.stdout), strict=True):
        our_asked, our_error = ours(case, username)
        assert our_asked == asked, case
        if our_error is None:
            assert "curl_easy_perform" in error, case
        else:
            assert error.partition(": ")[2] == our_error, case
