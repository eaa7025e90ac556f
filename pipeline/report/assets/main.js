// Which view is shown: #overview, #findings, #case/3, or #case/3/17 with the evidence of row 17.

const VIEWS = { overview: "overview", findings: "findings", case: "cases" };

function route() {
  const [asked, number, row] = location.hash.slice(1).split("/");
  const name = asked in VIEWS ? asked : "overview";
  for (const [each, id] of Object.entries(VIEWS)) {
    byId(id).hidden = each !== name;
    const link = document.querySelector(`nav a[href="#${each}"]`);
    if (each === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.body.dataset.view = name;
  if (name === "findings") showFindings();
  if (name === "case" && SUMMARY.cases.length) showCase(...asCase(number, row));
}

/** Give the numbers of a case and a row that exist; without a case, the one shown last. */
function asCase(number, row) {
  const known = (text, most) => /^\d+$/.test(text ?? "") && Number(text) < most;
  const last = reader.number ?? 0;
  return [
    known(number, SUMMARY.cases.length) ? Number(number) : last,
    known(row, rowsOfFindings().length) ? Number(row) : null,
  ];
}

const KEYS = { n: 1, j: 1, ArrowRight: 1, p: -1, k: -1, ArrowLeft: -1 };

function onKey(event) {
  const busy = event.target.matches?.("input, select, textarea");
  if (document.body.dataset.view !== "case" || busy || event.ctrlKey || event.altKey ||
      event.metaKey) return;
  if (event.key in KEYS) goToCase(reader.number + KEYS[event.key]);
  else if (event.key === "Escape") location.hash = "findings";
  else return;
  event.preventDefault();
}

byId("name").textContent = SUMMARY.name;
showNotes();
showOverview();
showFilters();
prepareReader();
addEventListener("hashchange", route);
addEventListener("keydown", onKey);
route();
