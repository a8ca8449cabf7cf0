"""The programming interface keeps what its own description promises, whatever it is sent."""

import re

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from jsonschema import Draft202012Validator
from schemathesis import Case
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

CASES = 10
"""A call; ten seconds for all of them."""


def test_no_call_breaks_the_server_or_answers_otherwise_than_described(browser: TestClient) -> None:
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", browser.app)
    tried = []
    for operation in (found.ok() for found in schema.get_all_operations()):
        @settings(max_examples=CASES, deadline=None, database=None, suppress_health_check=list(HealthCheck),
                  phases=[Phase.explicit, Phase.generate], derandomize=True)
        @given(case=operation.as_strategy())
        def ask(case: Case) -> None:
            # A cursor of another listing, or an order that goes with words alone, is a string like any other.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        ask()
        tried.append(operation.label)
    assert len(tried) > 10 and "POST /api/v1/orders" in tried


def test_the_interface_is_described_in_both_languages(browser: TestClient) -> None:
    english, chinese = (browser.get("/api/v1/openapi.json", params={"lang": lang}).json() for lang in ("en", "zh"))
    for path, calls in chinese["paths"].items():
        for method, call in calls.items():
            told = [call["summary"], *(one.get("description", "") for one in call.get("parameters", ()))]
            assert all(re.search("[\u4e00-\u9fff]", one) for one in told), f"{method} {path}: {told}"
    assert english["paths"].keys() == chinese["paths"].keys() and "存档里有多少" in browser.get("/api").text
    assert "How much there is" in browser.get("/api?lang=en").text
    assert browser.get("/api/v1/openapi.json").json() == english


def test_every_call_shows_an_answer_of_the_shape_it_promises(browser: TestClient) -> None:
    described = browser.get("/api/v1/openapi.json").json()
    page = browser.get("/api").text
    for path, calls in described["paths"].items():
        for method, call in calls.items():
            answer = next(told for status, told in call["responses"].items() if status.startswith("2"))
            told = answer["content"].get("application/json")
            if told is None:
                continue
            promised = {**told["schema"], "components": described["components"]}
            assert list(Draft202012Validator(promised).iter_errors(told["example"])) == [], f"{method} {path}"
    assert len(page.encode()) < 100_000 and "青岚市水务局2023年政府信息公开工作年度报告" in page
