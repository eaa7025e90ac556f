// The overview: counts over the whole run.

function showOverview() {
  const view = byId("overview");
  const cards = Object.entries(SUMMARY.counts).map(([name, count]) =>
    make("div", { class: "card" }, make("b", {}, counted(count)), make("span", {}, name)),
  );
  view.append(make("div", { class: "cards" }, ...cards));
  const counts = make(
    "div", {},
    crossTable("Pairs by basis and relation", SUMMARY.pairs),
    crossTable("Mentions by status and label", SUMMARY.statuses),
  );
  view.append(
    make("div", { class: "tables" }, diagnosesTable(), counts),
    crossTable("Mentions by section and label", SUMMARY.sections),
  );
  if (SUMMARY.rejects.length) view.append(rejectsTable());
  const facts = Object.entries(SUMMARY.run).flatMap(([name, value]) => [
    make("dt", {}, name), make("dd", { dir: "auto" }, value),
  ]);
  view.append(make("h2", {}, "The run"), make("dl", { class: "facts" }, ...facts));
}

function diagnosesTable() {
  const most = Math.max(1, ...SUMMARY.diagnoses.map((row) => row[2]));
  const rows = SUMMARY.diagnoses.map(([name, concept, count]) => {
    const bar = make("span", { class: "bar-of", "aria-hidden": "true" });
    bar.style.width = `${(100 * count) / most}%`;
    const link = make("a", { href: "#findings", dir: "auto" }, name);
    link.addEventListener("click", () => setFilters({ diagnosis: name }));
    return [link, concept, count, bar];
  });
  const table = tableOf("Most frequent final diagnoses", ["diagnosis", "concept", "cases", ""], rows);
  table.classList.add("with-bars");
  return table;
}

/** Show a table of counts, cells the darker the more they hold of the table's greatest. */
function crossTable(caption, [heads, ...rows]) {
  const most = Math.max(1, ...rows.flatMap((row) => row.slice(1, -1)));
  const framed = tableOf(caption, heads.map((head) => head.toLowerCase()), rows);
  framed.querySelectorAll("tbody tr").forEach((line, i) => {
    [...line.cells].slice(1, -1).forEach((cell, j) => {
      cell.style.setProperty("--share", `${Math.round(60 * Math.sqrt(rows[i][j + 1] / most))}%`);
      cell.classList.add("shaded");
      if (!rows[i][j + 1]) cell.textContent = "";
    });
  });
  return framed;
}

function rejectsTable() {
  const all = SUMMARY.counts["rejected inputs"] + SUMMARY.counts.notes;
  const shown = SUMMARY.rejects.length;
  const caption = `Rejected inputs and notes${shown < all ? ` (${shown} of ${counted(all)})` : ""}`;
  return tableOf(caption, ["source", "case", "stage", "error", "message"], SUMMARY.rejects);
}

/** Say what the page does not hold. */
function showNotes() {
  const held = SUMMARY.cases.length;
  const { missing, changed } = SUMMARY.textless;
  const say = (words) => byId("notes").append(make("p", { class: "note" }, words));
  if (SUMMARY.sampled) {
    say(
      `A sample: findings and cases below hold ${counted(held)} of ` +
      `${counted(SUMMARY.counts.cases)} cases, chosen by a hash of their ids. ` +
      "The overview counts all.",
    );
  }
  if (missing) say(`The text of ${counted(missing)} of ${counted(held)} cases was not found.`);
  if (changed) {
    say(`The text of ${counted(changed)} of ${counted(held)} cases has changed since the run.`);
  }
}
