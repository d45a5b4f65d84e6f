"""Every operation of the server's own OpenAPI description, called by schemathesis: nothing may fail
inside (5xx), and no answer may have a status, a media type or a shape that is not described.

From the environment: COGNATE_URL, COGNATE_EHR_TOKEN, COGNATE_ORDER_ENTRY_TOKEN, COGNATE_LOGIN,
COGNATE_PASSWORD; SCHEMATHESIS (its command).
"""

import http.cookiejar
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

URL = os.environ["COGNATE_URL"]
HERE = os.path.dirname(os.path.abspath(__file__))
CHECKS = ("not_a_server_error,status_code_conformance,content_type_conformance,"
          "response_schema_conformance")
SECONDS_MAX = 170


def session():
    """The cookie of a prescriber who has logged in."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    page = opener.open(URL + "/login", timeout=20).read().decode()
    token = re.search(r'name="csrf"[^>]*value="([^"]+)"', page).group(1)
    form = {"login": os.environ["COGNATE_LOGIN"], "password": os.environ["COGNATE_PASSWORD"],
            "csrf": token}
    opener.open(URL + "/login", urllib.parse.urlencode(form).encode(), timeout=20)
    cookies = [f"{one.name}={one.value}" for one in jar if one.name.endswith("cognate-session")]
    assert cookies, "the login failed"
    return cookies[0]


def run(name, credential, token, paths, examples_max):
    """One run over the operations whose path fits; whether it found nothing."""
    print(f"== {name}", flush=True)
    command = [
        os.environ.get("SCHEMATHESIS", "schemathesis"), "run", URL + "/openapi.json",
        "--header", credential, "--checks", CHECKS, "--include-path-regex", paths,
        "--phases", "examples,coverage,fuzzing", "--mode", "all", "--max-examples", str(examples_max),
        # One worker: Python 3.11 fails when two threads read source at once (gh-106905).
        "--generation-deterministic", "--workers", "1",
        "--suppress-health-check", "all", "--request-timeout", "20", "--warnings", "off",
        "--continue-on-failure", "--no-color",
    ]
    environment = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks", "COGNATE_TOKEN": token,
                   "PYTHONPATH": HERE}
    # It keeps caches where it runs.
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(command, env=environment, cwd=scratch, timeout=SECONDS_MAX,
                              check=False)
    return done.returncode == 0


def main():
    ehr, orders = os.environ["COGNATE_EHR_TOKEN"], os.environ["COGNATE_ORDER_ENTRY_TOKEN"]
    outcomes = [
        run("the EHR: FHIR", f"Authorization: Bearer {ehr}", ehr, r"^/fhir(?!.*(export|find))", 10),
        run("order entry: decisions, questions, exports", f"Authorization: Bearer {orders}", orders,
            r"^/(cds-services|subject-|population-)|export|\$(find|status|events|run)", 8),
        run("a prescriber: pages", f"Cookie: {session()}", ehr, r"^/(?!fhir|cds-|subject-|popul)", 4),
    ]
    sys.exit(0 if all(outcomes) else 1)


if __name__ == "__main__":
    main()
