"""The report's page in a headless Chromium: what a reader does, and what the page must not do."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.report.content import report_content
from pipeline.report.packing import shown
from pipeline.report.page import write_report
from pipeline.run_folder import read_table
from tests.report_cases import HOSTILE_ID

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 10_000
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}


class Reader:
    """A page that is open, with what went wrong in it."""

    def __init__(self, browser: object, file: Path, **options: object) -> None:
        self.context = browser.new_context(**options)  # type: ignore[attr-defined]
        self.context.set_default_timeout(PATIENCE_MS)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.file = file

    def findings(self) -> None:
        self.page.click("nav a[href='#findings']")
        self.page.wait_for_selector(".tabulator-row")

    def count(self, wanted: int) -> None:
        self.page.wait_for_function(
            "n => document.getElementById('count').textContent.startsWith(`${n} `)", arg=wanted
        )

    def column(self, name: str) -> list[str]:
        return list(self.page.locator(f".tabulator-cell[tabulator-field={name}]").all_inner_texts())


@pytest.fixture(scope="module")
def browser() -> Iterator[object]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no Chromium is installed: the page is not tested in a browser")
    with sync_api.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(report_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("page") / "report.html"
    write_report(report_content(report_run, (), 100_000), path)
    return path


@pytest.fixture
def reader(browser: object, file: Path) -> Iterator[Reader]:
    opened = Reader(browser, file, viewport=WIDE)
    yield opened
    assert opened.errors == []
    assert opened.requests == [opened.file.as_uri()]
    assert opened.page.title() == "run - radtab report"
    opened.context.close()


def test_the_overview_shows_counts_and_rejects(reader: Reader, report_run: Path) -> None:
    seen = reader.page.inner_text("#overview")
    assert f"{len(read_table(report_run, 'cases'))}\ncases" in seen
    assert "empty.txt" in seen and "Most frequent final diagnoses" in seen


def test_rows_are_filtered(reader: Reader, report_run: Path) -> None:
    rows = read_table(report_run, "findings")
    reader.findings()
    reader.count(len(rows))
    reader.page.fill("[name=diagnosis]", "SCHWANNOMA")
    reader.page.select_option("[name=basis]", "stated")
    named = rows["diagnosis"].str.lower().str.contains("schwannoma")
    wanted = rows[named & (rows["basis"] == "stated")]
    assert 0 < len(wanted) < named.sum() < len(rows)
    reader.count(len(wanted))
    assert sorted(reader.column("finding")) == sorted(map(shown, wanted["finding"]))
    reader.page.click("#filters [type=reset]")
    reader.count(len(rows))


def test_links_lead_to_rows_that_are_filtered(reader: Reader, report_run: Path) -> None:
    rows = read_table(report_run, "findings")
    link = reader.page.locator(".with-bars a").first
    word = link.inner_text()
    link.click()
    named = rows["diagnosis"].str.lower().str.contains(word.lower(), regex=False)
    reader.count(int(named.sum()))
    reader.page.locator(".tabulator-row").first.click()
    case_id = read_table(report_run, "cases")["case_id"][int(reader.page.input_value("#choice"))]
    reader.page.click("#its-rows")
    reader.count(int((rows["case_id"] == case_id).sum()))


@pytest.mark.parametrize("name", ["anatomy", "sequence", "finding"])
def test_each_column_of_words_filters(reader: Reader, report_run: Path, name: str) -> None:
    rows = read_table(report_run, "findings")
    cells = rows[name].map(shown)
    word = next(cell for cell in cells if cell)
    reader.findings()
    reader.page.fill(f"[name={name}]", word)
    reader.count(int(cells.str.lower().str.contains(word.lower(), regex=False).sum()))


def test_a_status_filters(reader: Reader, report_run: Path) -> None:
    rows = read_table(report_run, "findings")
    reader.findings()
    reader.page.select_option("[name=diagnosis_status]", "differential")
    reader.count(int((rows["diagnosis_status"] == "differential").sum()))
    assert set(reader.column("diagnosis_status")) == {"differential"}


def test_rows_are_sorted(reader: Reader) -> None:
    reader.findings()
    title = ".tabulator-col[tabulator-field=diagnosis] .tabulator-col-title"
    reader.page.click(title)
    reader.page.wait_for_selector("[tabulator-field=diagnosis][aria-sort=ascending]")
    rising = reader.column("diagnosis")
    assert rising == sorted(rising, key=str.lower)
    reader.page.click(title)
    reader.page.wait_for_selector("[tabulator-field=diagnosis][aria-sort=descending]")
    assert reader.column("diagnosis")[0].lower() > rising[0].lower()


def test_a_row_opens_its_evidence(reader: Reader, report_run: Path) -> None:
    rows = read_table(report_run, "findings")
    row = rows[(rows["basis"] == "stated") & rows["case_id"].eq("spine_schwannoma")].iloc[0]
    reader.findings()
    reader.page.fill("[name=case_id]", row["case_id"])
    reader.page.select_option("[name=basis]", "stated")
    reader.count(int(((rows["case_id"] == row["case_id"]) & (rows["basis"] == "stated")).sum()))
    reader.page.locator(".tabulator-row").first.click()
    evidence = reader.page.locator(".evidence")
    assert "".join(evidence.all_text_contents()) == row["evidence"]
    assert evidence.first.is_visible()
    said = reader.page.inner_text("#details")
    assert all(rule in said for rule in row["rule"].split()) and row["cue"] in said
    assert reader.page.locator("#text svg .arrow[data-type=indicates]").count() == 1
    reader.page.keyboard.press("Escape")
    reader.page.wait_for_selector(".tabulator-row.opened")


def test_a_page_that_moves_beneath_the_pointer_shows_what_was_opened(reader: Reader) -> None:
    reader.findings()
    reader.page.locator(".tabulator-row").first.click()
    reader.page.wait_for_selector("#details .rules")
    mention = reader.page.locator(".evidence .mention").first
    box = mention.bounding_box()
    reader.page.keyboard.press("Escape")
    reader.page.mouse.move(box["x"] + 3, box["y"] + 5)
    reader.page.go_back()
    reader.page.wait_for_selector(".evidence")
    reader.page.wait_for_timeout(300)
    assert "Back to the rows" in reader.page.inner_text("#details")
    reader.page.mouse.move(box["x"] + 5, box["y"] + 7)
    assert "Back to the rows" not in reader.page.inner_text("#details")


def test_keys_go_to_the_next_case_and_back(reader: Reader) -> None:
    reader.page.click("nav a[href='#case']")
    for key, wanted in (
        ("n", "1"),
        ("ArrowRight", "2"),
        ("p", "1"),
        ("ArrowLeft", "0"),
        ("p", "0"),
    ):
        reader.page.keyboard.press(key)
        reader.page.wait_for_function(
            "n => document.getElementById('choice').value === n", arg=wanted
        )


def test_keys_are_left_to_what_is_typed_in(reader: Reader) -> None:
    reader.findings()
    reader.page.type("[name=finding]", "np")
    assert reader.page.input_value("[name=finding]") == "np"
    assert reader.page.url.endswith("#findings")


def test_a_mention_says_its_concept_rule_and_relations(reader: Reader, report_run: Path) -> None:
    entities = read_table(report_run, "entities", "spine_schwannoma").reset_index(drop=True)
    number = list(read_table(report_run, "cases")["case_id"]).index("spine_schwannoma")
    relations = read_table(report_run, "relations", "spine_schwannoma")
    head = entities.index[entities["entity_id"] == relations["head_id"].iloc[0]][0]
    reader.page.goto(f"{reader.file.as_uri()}#case/{number}")
    reader.page.locator(f"[data-mention='{head}']").first.hover(position={"x": 3, "y": 8})
    said = reader.page.inner_text("#details")
    assert all(rule in said for rule in entities["rule"][head].split())
    assert relations["type"].iloc[0].replace("_", " ") in said
    assert reader.page.locator("#text svg .arrow").count() > 0


def test_mentions_stand_where_the_table_says(reader: Reader, report_run: Path) -> None:
    """A hostile text, with a sign beyond U+FFFF before its mentions."""
    cases = list(read_table(report_run, "cases")["case_id"])
    number = next(i for i, case_id in enumerate(cases) if case_id.startswith(HOSTILE_ID))
    entities = read_table(report_run, "entities", cases[number])["text"]
    reader.page.click("nav a[href='#case']")
    reader.page.select_option("#choice", str(number))
    reader.page.wait_for_function(
        "() => document.querySelector('#text').innerText.includes('owned')"
    )
    assert len(entities) > 3
    for i, text in enumerate(entities):
        drawn = reader.page.locator(f"[data-mention='{i}']").all_text_contents()
        assert "".join(drawn) == text
    assert reader.page.locator("#text img, #text b, #text script, #choice img").count() == 0


def test_of_a_hundred_thousand_rows_those_in_sight_are_drawn(
    browser: object, report_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = report_content(report_run, (), 100_000)
    few = made.findings()
    times = 100_000 // len(few["case"]) + 1
    many = {
        name: column * times
        if isinstance(column, list)
        else {"texts": column["texts"], "at": column["at"] * times}
        for name, column in few.items()
    }
    monkeypatch.setattr(type(made), "findings", lambda _: many)
    write_report(made, tmp_path / "many.html")
    opened = Reader(browser, tmp_path / "many.html", viewport=WIDE)
    opened.findings()
    all_rows = f"{len(many['case']):,}"
    assert opened.page.inner_text("#count").startswith(all_rows)
    assert opened.page.locator(".tabulator-row").count() < 200
    opened.page.fill("[name=diagnosis]", "schwannoma")
    opened.page.wait_for_selector("#count:text(' of ')")
    opened.page.locator(".tabulator-tableholder").evaluate("e => (e.scrollTop = e.scrollHeight)")
    opened.page.locator(".tabulator-row").last.click()
    assert opened.page.locator(".evidence").first.is_visible()
    assert opened.errors == []
    opened.context.close()


def test_a_case_without_text_says_so(browser: object, report_run: Path, tmp_path: Path) -> None:
    empty = tmp_path / "none"
    empty.mkdir()
    path = tmp_path / "report.html"
    write_report(report_content(report_run, (str(empty),), 100_000), path)
    opened = Reader(browser, path, viewport=WIDE)
    assert "of 4 cases was not found" in opened.page.inner_text("#notes")
    opened.findings()
    opened.page.locator(".tabulator-row").first.click()
    assert "not found in the inputs" in opened.page.inner_text("#text")
    assert "evidence" in opened.page.inner_text("#details")
    assert opened.errors == []
    opened.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", ["overview", "findings", "case/0/0"])
def test_a_narrow_page_needs_no_scrolling_sideways(
    browser: object, file: Path, scheme: str, view: str
) -> None:
    opened = Reader(browser, file, viewport=NARROW, color_scheme=scheme)
    opened.page.goto(f"{file.as_uri()}#{view}")
    opened.page.wait_for_selector("main section:not([hidden]) :is(td, .tabulator-row, .mention)")
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    paper = opened.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(21, 23, 27)"}[scheme]
    assert opened.errors == []
    opened.context.close()


def test_no_request_leaves_the_page_even_if_asked(reader: Reader) -> None:
    """The policy, not only the lack of a reason, forbids it: fetching is refused."""
    asked = "fetch('data:text/plain,a').then(() => 'answered', () => 'refused')"
    assert reader.page.evaluate(asked) == "refused"
    assert any("Content Security Policy" in error for error in reader.errors)
    reader.errors.clear()
    reader.requests[1:] = []
