// The table of findings: Tabulator draws the rows in sight only.

const COLUMNS = [
  ["finding", 170], ["relation", 110], ["diagnosis", 180], ["anatomy", 150], ["sequence", 122],
  ["modality", 116], ["basis", 84], ["finding_status", 120], ["diagnosis_status", 135],
  ["intensity", 118], ["plane", 90], ["change", 100], ["measurement", 145], ["cue", 120],
  ["score", 90], ["case_id", 160],
];
const WORDS = ["diagnosis", "finding", "anatomy", "sequence", "case_id"];
const CHOICES = ["finding_status", "diagnosis_status", "basis", "relation"];
const TITLES = {
  case_id: "case", finding_status: "finding is", diagnosis_status: "diagnosis is",
};
const ROW_HEIGHT = 30;
const TYPING_MS = 150;

let table = null;
let openedRow = null;
const titleOf = (name) => TITLES[name] ?? name;
const field = (name) => byId("filters").elements[name];

function showFilters() {
  const form = byId("filters");
  const labelled = (name, control) => form.append(make("label", {}, titleOf(name), control));
  for (const name of WORDS) labelled(name, make("input", { name, type: "search", dir: "auto" }));
  for (const name of CHOICES) {
    const texts = readChoices(name).map((text) => make("option", { value: text }, text || "none"));
    labelled(name, make("select", { name }, make("option", { value: "*" }, "any"), ...texts));
  }
  const clear = make("button", { type: "reset" }, "Clear");
  form.append(clear);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(refilter));
  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(refilter, TYPING_MS);
  });
}

const readChoices = (name) => [...new Set(rowsOfFindings().map((row) => row[name]))].sort();

/** Set some filters and clear the others. */
function setFilters(wanted) {
  byId("filters").reset();
  for (const [name, value] of Object.entries(wanted)) field(name).value = value;
  refilter();
}

/** Give the test that the filters ask of a row. */
function rowTest() {
  const words = WORDS.map((name) => [name, field(name).value.trim().toLowerCase()]);
  const asked = words.filter(([, word]) => word).map(([name, word]) => [name, holders(name, word)]);
  const chosen = CHOICES.map((name) => [name, field(name).value]).filter(([, v]) => v !== "*");
  return (row) =>
    asked.every(([name, texts]) => texts.has(row[name])) &&
    chosen.every(([name, value]) => row[name] === value);
}

/** Give the different texts of a column that hold a word: far fewer than rows. */
function holders(name, word) {
  return new Set([...ranks(name).keys()].filter((text) => text.toLowerCase().includes(word)));
}

const knownRanks = new Map();

/** Give the rank of each different text of a column, so that sorting compares numbers. */
function ranks(name) {
  if (!knownRanks.has(name)) {
    const compare = new Intl.Collator("en", { numeric: true }).compare;
    const texts = [...new Set(rowsOfFindings().map((row) => row[name]))].sort(compare);
    knownRanks.set(name, new Map(texts.map((text, i) => [text, i])));
  }
  return knownRanks.get(name);
}

function refilter() {
  if (table) table.setFilter(rowTest());
}

/** Make a column of the table. */
function column([name, width]) {
  const byRank = (a, b) => ranks(name).get(a) - ranks(name).get(b);
  return {
    title: titleOf(name), field: name, width, headerSortTristate: true,
    sorter: name === "score" ? "number" : byRank,
    hozAlign: name === "score" ? "right" : "left",
    formatter: (cell) => make("span", { dir: "auto" }, `${cell.getValue()}`),
    tooltip: (event, cell) => make("span", { dir: "auto" }, `${cell.getValue()}`),
  };
}

function showFindings() {
  if (table) {
    if (openedRow !== null) table.scrollToRow(openedRow, "center", false).catch(() => {});
    return;
  }
  table = new Tabulator("#table", {
    data: rowsOfFindings(), index: "id", columns: COLUMNS.map(column), height: "100%",
    rowHeight: ROW_HEIGHT, layout: "fitDataFill", renderVertical: "virtual",
    placeholder: make("p", {}, "No row passes the filters."),
    rowFormatter: drawnRow, initialFilter: [{ field: rowTest() }],
    columnDefaults: { resizable: "header" },
  });
  table.on("rowClick", (event, row) => openEvidence(row.getData()));
  table.on("dataFiltered", (filters, rows) => tellCount(rows.length));
}

/** Let a row be reached and opened by keys. */
function drawnRow(row) {
  const line = row.getElement();
  line.tabIndex = 0;
  line.classList.toggle("opened", row.getIndex() === openedRow);
  line.onkeydown = (event) => {
    if (event.key === "Enter") openEvidence(row.getData());
  };
}

function openEvidence(row) {
  const before = openedRow;
  openedRow = row.id;
  for (const id of [before, openedRow]) {
    if (id !== null) table.getRow(id)?.reformat();
  }
  location.hash = `case/${row.case}/${row.id}`;
}

function tellCount(shown) {
  const all = rowsOfFindings().length;
  const of = shown === all ? "" : ` of ${counted(all)}`;
  byId("count").textContent = `${counted(shown)}${of} rows; a row opens its evidence in the case`;
}
