"""The Agent Platform by project and credentials, or by key; its limits and its refusals, in its own words."""

from __future__ import annotations

import asyncio
import base64
import re
from typing import TYPE_CHECKING, Any

import google.auth.exceptions
import pytest
import stamina
from gemini_asking import KEY, ask, wish
from gemini_credentials import person, private_key, service_account
from gemini_replies import because, encoded_picture, picture, quota, refused, retry_delay
from gemini_server import GeminiServer
from wire_server import Reply

from prompt_kit.generators import generator
from prompt_kit.generators.gemini import Gemini, platform
from prompt_kit.generators.gemini.access import access
from prompt_kit.images import open_image
from prompt_kit.outcome import Status
from prompt_kit.prompt import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prompt_kit.outcome import Outcome

PLACE = "/v1beta1/projects/p-123/locations/global/publishers/google/models/gemini-nano-banana-2.1:generateContent"


@pytest.fixture
def server() -> Iterator[GeminiServer]:
    """A server of the test's own; between tries nobody waits."""
    with GeminiServer(expects_violations=True) as running, stamina.set_testing(True, attempts=4, cap=True):
        yield running


@pytest.fixture(autouse=True)
def _nobodys_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the gcloud of this computer, and the cloud it may run in, out of the tests."""
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path / "gcloud"))
    monkeypatch.setenv("NO_GCE_CHECK", "true")


def asked(server: GeminiServer, **options: Any) -> Outcome:
    """Make one picture on the platform."""
    return ask(server, **{"api_key": None, "project": "p-123", "credentials": person(server)} | options)


def test_a_project_and_a_service_account_make_a_picture(
    server: GeminiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """google-auth signs a claim, gets a token, and the request goes to the project's address with it."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service_account(server, tmp_path)))

    outcome = asked(server, credentials=None)

    assert outcome.ok
    assert server.platform.signed[0]["iss"] == "painter@p-123.iam.gserviceaccount.com"
    assert server.requests[-1].path == PLACE
    assert server.requests[-1].headers["authorization"] == f"Bearer {server.platform.tokens[0]}"
    assert "x-goog-api-key" not in server.requests[-1].headers


def test_the_project_may_come_from_the_credentials(
    server: GeminiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service account belongs to a project."""
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service_account(server, tmp_path)))

    assert asked(server, credentials=None, project=None, enterprise=True).ok
    assert server.requests[-1].path == PLACE


def test_a_project_in_the_project_file_is_enough(server: GeminiServer) -> None:
    """What stands in prompt-kit.yaml arrives as plain options."""
    made = generator("gemini", {"project": "p-123", "location": "europe-west4", "api_version": "v1"})
    assert isinstance(made, Gemini)

    assert access(project=made.project, location=made.location).location == "europe-west4"
    assert asked(server, location="europe-west4", api_version="v1").ok
    assert server.requests[-1].path.startswith("/v1/projects/p-123/locations/europe-west4/")


@pytest.mark.parametrize("switch", ["GOOGLE_GENAI_USE_ENTERPRISE", "GOOGLE_GENAI_USE_VERTEXAI"])
def test_the_environment_turns_to_the_platform(
    server: GeminiServer, monkeypatch: pytest.MonkeyPatch, switch: str
) -> None:
    """The SDK's own variables mean here what they mean to Google's other tools."""
    monkeypatch.setenv(switch, "True")
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "p-123")
    monkeypatch.setenv("GOOGLE_CLOUD_LOCATION", "us-central1")
    monkeypatch.setenv("GEMINI_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", server.url)

    assert asked(server, project=None, base_url=None, enterprise=None).ok
    assert "/projects/p-123/locations/us-central1/" in server.requests[-1].path


def test_a_project_of_other_programs_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """GOOGLE_CLOUD_PROJECT alone is set on many computers; only the switch turns to the platform."""
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "somebody-elses")
    monkeypatch.setenv("GEMINI_API_KEY", KEY)

    assert access().platform is False
    assert access(enterprise=False, project="p-123").key == KEY


def test_a_key_opens_the_platform_too(server: GeminiServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Express mode has neither project nor location in its address."""
    monkeypatch.setenv("GOOGLE_API_KEY", KEY)
    monkeypatch.setenv("GOOGLE_GENAI_USE_ENTERPRISE", "1")

    assert ask(server, api_key=None).ok
    assert server.requests[-1].path == "/v1beta1/publishers/google/models/gemini-nano-banana-2.1:generateContent"
    assert server.requests[-1].headers["x-goog-api-key"] == KEY


@pytest.mark.parametrize(
    ("options", "variable", "version"),
    [
        ({}, "", "v1"),
        ({"api_version": "v1beta"}, "", "v1beta"),
        ({}, "v1beta", "v1beta"),
        ({"api_version": "v1"}, "v1beta", "v1"),
        ({"project": "p-123"}, "", "v1beta1"),
        ({"project": "p-123"}, "v1", "v1"),
    ],
)
def test_the_version_of_the_api_can_be_chosen(
    server: GeminiServer, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], variable: str, version: str
) -> None:
    """An option goes before the environment, which goes before the SDK's own, on both platforms."""
    if variable:
        monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", variable)
    if "project" in options:
        options = options | {"api_key": None, "credentials": person(server)}

    assert ask(server, **options).ok
    assert server.requests[-1].version == version


def test_a_token_is_got_once_for_many_requests(server: GeminiServer) -> None:
    """Signing in costs a round trip."""

    async def run() -> list[Outcome]:
        async with Gemini(project="p-123", base_url=server.url, credentials=person(server)) as gemini:
            return [await gemini.generate(wish()), await gemini.generate(wish())]

    assert all(outcome.ok for outcome in asyncio.run(run()))
    assert len(server.platform.tokens) == 1


def test_without_credentials_the_way_to_them_is_said(server: GeminiServer) -> None:
    """The first thing everyone meets."""
    outcome = asked(server, credentials=None)

    assert (outcome.status, outcome.billable, server.requests) == (Status.AUTH, "no", [])
    assert outcome.message.startswith("There are no credentials for the Agent Platform")
    assert "Run: gcloud auth application-default login." in outcome.next_step
    assert "http" not in outcome.message


def test_without_a_project_it_is_asked_for(server: GeminiServer) -> None:
    """A person's credentials belong to no project."""
    outcome = asked(server, project=None)

    assert (outcome.status, server.requests) == (Status.AUTH, [])
    assert "There is no project for the Agent Platform" in outcome.message
    assert "GOOGLE_CLOUD_PROJECT" in outcome.next_step


@pytest.mark.parametrize("content", ["", "{}", "[]", "no json", '{"type": "service_account"}', '{"type": "??"}'])
def test_a_damaged_file_of_credentials_is_said(
    server: GeminiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    """Whatever stands in it, no traceback and nothing of its content comes out."""
    path = tmp_path / "account.json"
    path.write_text(content)
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(path))

    outcome = asked(server, credentials=None)

    assert (outcome.status, outcome.billable) == (Status.AUTH, "no")
    assert "gcloud auth application-default login" in outcome.next_step


def test_a_damaged_key_is_not_repeated(server: GeminiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A private key is cut in copying more often than one thinks."""
    cut = private_key()[:200]
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service_account(server, tmp_path, private_key=cut)))

    outcome = asked(server, credentials=None)

    assert outcome.status is Status.AUTH
    assert cut[40:100] not in repr(outcome)


@pytest.mark.parametrize(
    ("answer", "status", "says", "step"),
    [
        (None, Status.AUTH, "expired or revoked", "gcloud auth application-default login"),
        (Reply({"error": "unauthorized_client"}, 401), Status.AUTH, "no longer accepts", "gcloud auth"),
        (Reply("<html>Bad gateway</html>", 502), Status.UNAVAILABLE, "to sign in", "Look at the network"),
    ],
    ids=["revoked", "refused", "gateway"],
)
def test_a_sign_in_that_does_not_work_is_explained(
    server: GeminiServer, answer: Reply | None, status: Status, says: str, step: str
) -> None:
    """Nothing was asked, so nothing is charged."""
    server.platform.token_refusal = answer

    outcome = asked(server, credentials=person(server, "revoked"), attempts=1)

    assert (outcome.status, outcome.billable, server.requests) == (status, "no", [])
    assert says in outcome.message
    assert step in outcome.next_step


def test_a_wrong_clock_is_named(server: GeminiServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A signed claim holds the time, and Google takes none from yesterday."""
    server.platform.ahead_s = 86_400
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(service_account(server, tmp_path)))

    outcome = asked(server, credentials=None)

    assert outcome.status is Status.AUTH
    assert "clock" in outcome.next_step


def test_google_out_of_reach_while_signing_in_is_tried_again(server: GeminiServer) -> None:
    """No token, no request, no cost."""
    nobody = person(server, address="http://127.0.0.1:9/")
    waits: list[str] = []

    outcome = asked(server, credentials=nobody, attempts=2, on_wait=lambda _, why: waits.append(why))

    assert (outcome.status, outcome.billable, len(waits)) == (Status.UNAVAILABLE, "no", 1)
    assert outcome.message.startswith("Google could not be reached to sign in")


@pytest.mark.parametrize(
    ("answer", "status", "says", "step"),
    [
        (
            refused(403, because("SERVICE_DISABLED"), message="Agent Platform API has not been used in project 1."),
            Status.AUTH,
            "API is not turned on in the project",
            "gcloud services enable aiplatform.googleapis.com",
        ),
        (
            refused(403, because("SERVICE_DISABLED"), message="The API requires a quota project, which is not set."),
            Status.AUTH,
            "do not say which project pays",
            "gcloud auth application-default set-quota-project PROJECT",
        ),
        (
            refused(403, because("USER_PROJECT_DENIED")),
            Status.AUTH,
            "may not use the project",
            "Service Usage Consumer",
        ),
        (refused(403, because("BILLING_DISABLED")), Status.AUTH, "no billing", "Turn on billing"),
        (
            refused(403, because("IAM_PERMISSION_DENIED"), message="Permission 'aiplatform.endpoints.predict' denied."),
            Status.AUTH,
            "credentials are not allowed",
            "Vertex AI User",
        ),
        (refused(401), Status.AUTH, "does not accept the credentials", "gcloud auth application-default login"),
        (refused(404), Status.INVALID, "no such model for this project and location", "'global'"),
        (refused(400, message="Unsupported location."), Status.INVALID, "in this location", "'global'"),
        (refused(429, retry_delay("300s")), Status.QUOTA, "for this project", "asks to wait 5 min"),
        (refused(429, quota("x")), Status.QUOTA, "for this project", "quotas in the Google Cloud console"),
        (refused(413), Status.INVALID, "too large", "smaller"),
        (refused(500), Status.UNAVAILABLE, "broke at Google", "few minutes"),
    ],
)
def test_refusals_are_in_the_platforms_words(
    server: GeminiServer, answer: Any, status: Status, says: str, step: str
) -> None:
    """Who has no key is not told about keys."""
    server.next(answer)

    outcome = asked(server, attempts=1)

    assert (outcome.status, outcome.billable) == (status, "unknown" if status is Status.UNAVAILABLE else "no")
    assert says in outcome.message
    assert step in outcome.next_step
    assert not re.search(r"\bkeys?\b|AI Studio|aistudio", outcome.explanation)


def test_a_project_that_is_none_of_ours_is_named(server: GeminiServer) -> None:
    """The most common slip of the pen."""
    outcome = asked(server, project="p-124")

    assert outcome.status is Status.AUTH
    assert "There is no such project, or the credentials may not use it" in outcome.message
    assert outcome.next_step.endswith("The project in use is p-124.")


@pytest.mark.parametrize(
    "options",
    [
        {"location": "evil.example.org/"},
        {"location": "us central1"},
        {"project": "../../x"},
        {"project": "p?q"},
        {"project": "Meine Firma"},
    ],
)
def test_what_is_no_name_of_a_place_is_not_sent_anywhere(server: GeminiServer, options: dict[str, str]) -> None:
    """Both become a part of the address that gets the token."""
    outcome = asked(server, **options)

    assert (outcome.status, outcome.billable, server.platform.tokens) == (Status.AUTH, "no", [])


def test_a_picture_that_is_too_large_is_said_before_anything_is_sent(server: GeminiServer) -> None:
    """The platform takes 7 MB, and no uploads from here."""
    content = base64.b64decode(encoded_picture((64, 64))) + b"\0" * 7_100_000
    large = Reference("photo", "base", open_image(content))

    outcome = ask(server, wish("Change it.", large), api_key=None, project="p-123", credentials=person(server))

    assert (outcome.status, outcome.billable, server.platform.tokens) == (Status.INVALID, "no", [])
    assert "takes pictures of up to 7 MB; larger is" in outcome.message
    assert "(7.1 MB)" in outcome.message


def test_no_token_stands_in_an_outcome(server: GeminiServer) -> None:
    """Gateways like to repeat what they were sent."""

    def repeats(asked: Any) -> Reply:
        return Reply({"error": {"code": 400, "message": f"Odd: {asked.headers['authorization']}"}}, 400)

    server.next(repeats)

    outcome = asked(server)

    assert server.platform.tokens[0] not in repr(outcome)
    assert server.platform.tokens[0] not in str(outcome.details)


def test_every_way_to_fail_at_signing_in_has_a_meaning() -> None:
    """A kind of google-auth's that is not in the table would be told as nothing at all."""
    kinds = [
        kind for kind in vars(google.auth.exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)
    ]
    assert len(kinds) > 10
    for kind in kinds:
        outcome = platform.sign_in_problem(kind("It went wrong.")).outcome
        assert outcome.billable == "no"
        assert outcome.next_step


def test_the_words_of_the_platform_are_whole_sentences() -> None:
    """They are all people see."""
    tables = [*platform._MEANING, *platform._MEANING_FOR_CREDENTIALS]
    for verdict in [*(v for *_, v in tables), *platform.MEANING_OF_SIGN_IN.values(), platform.NO_PROJECT]:
        for sentence in (verdict.message, verdict.next_step):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
            assert not re.search(r"\b(please|invalid|failed to|error)\b", sentence, re.IGNORECASE)


@pytest.mark.parametrize("timeout_s", [float("inf"), float("nan"), 0, -1, 1e12, "soon", None, True])
def test_a_time_that_is_none_is_said(server: GeminiServer, timeout_s: Any) -> None:
    """Options may come from a file, as anything."""
    outcome = ask(server, timeout_s=timeout_s, attempts="many")

    assert (outcome.status, outcome.billable, server.requests) == (Status.INVALID, "no", [])
    assert f"timeout_s is {timeout_s}" in outcome.message
    assert "attempts is many" in outcome.message


def test_a_model_that_is_being_phased_out_is_told_live(server: GeminiServer) -> None:
    """The answer knows it before any catalogue does."""
    server.next(picture(modelStatus={"modelStage": "LEGACY", "retirementTime": "2027-03-15T00:00:00Z"}))

    outcome = ask(server)

    assert outcome.ok
    assert any("phasing out" in warning and "2027-03-15" in warning for warning in outcome.warnings)
