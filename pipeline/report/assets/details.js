// What is known of a mention, or of a row of findings.

const INSIDE = new Set(["label", "status", "status_cue", "concept_name", "concept_id", "cui",
  "link_score", "rule"]);

function listOf(facts) {
  const lines = facts
    .filter(([, value]) => value !== "" && value !== null && value !== undefined)
    .flatMap(([name, value]) => [
      make("dt", {}, name), make("dd", { dir: "auto" }, value instanceof Node ? value : `${value}`),
    ]);
  return make("dl", { class: "facts" }, ...lines);
}

/** List rules: what each says, and where it stands. */
function rulesOf(ids) {
  if (!ids) return "";
  const lines = ids.split(" ").map((id) => {
    const [place, said] = ruleSource(id);
    return make("li", { title: place }, make("b", {}, id), " ", make("small", {}, said || place));
  });
  return make("ul", { class: "rules" }, ...lines);
}

const quoted = (words) => (words ? `“${words}”` : "");

/** Show a mention: concept, cue, rule, score, and its relations. */
function mentionDetails(current, mention) {
  const others = SUMMARY.mention_columns
    .filter((name) => !INSIDE.has(name) && mention[name])
    .map((name) => [name.replace("_", " "), name === "key_finding" ? "yes" : mention[name]]);
  const status = mention.status_cue ? `${mention.status}, by ${quoted(mention.status_cue)}`
    : mention.status;
  const title = make("h2", { dir: "auto" }, mention.text);
  fillDetails(
    title,
    listOf([
      ["label", mention.label.toLowerCase()], ["status", status],
      ["concept", mention.concept_name], ["concept id", mention.concept_id],
      ["CUI", mention.cui], ["link score", mention.concept_id ? mention.link_score : ""],
      ...others, ["rules", rulesOf(mention.rule)],
    ]),
    ...relationsOf(current, mention.index).map((relation) => relationLine(current, relation)),
  );
}

const relationsOf = (current, index) =>
  current.relations.filter(({ head, tail }) => head === index || tail === index);

function relationLine(current, relation) {
  const [head, tail] = [relation.head, relation.tail].map((i) => current.mentions[i].text);
  return make(
    "div", { class: "relation" },
    make("p", { dir: "auto" }, `${head} — ${relation.type.replace("_", " ")} → ${tail}`),
    listOf([["cue", quoted(relation.cue)], ["score", relation.score], ["rules", rulesOf(relation.rule)]]),
  );
}

/** Show a row of findings: the pair, on what ground, and the words that say so. */
function rowDetails(current, row) {
  fillDetails(
    make("h2", { dir: "auto" }, `${row.finding} — ${row.relation} → ${row.diagnosis}`),
    listOf([
      ["finding is", row.finding_status], ["diagnosis is", row.diagnosis_status],
      ["basis", row.basis === "stated" ? "stated in the text" : "by case"],
      ["cue", quoted(row.cue)], ["anatomy", row.anatomy], ["modality", row.modality],
      ["sequence", row.sequence], ["plane", row.plane], ["intensity", row.intensity],
      ["measurement", row.measurement], ["change", row.change], ["score", row.score],
      ["rules", rulesOf(row.rule)], ["evidence", row.evidence],
    ]),
    make("p", {}, make("a", { href: "#findings" }, "Back to the rows (Esc)")),
  );
}

function fillDetails(...children) {
  const close = make("button", { type: "button", class: "close", "aria-label": "Close" }, "×");
  close.addEventListener("click", emptyDetails);
  byId("details").replaceChildren(close, ...children);
  byId("details").classList.remove("empty");
}

function emptyDetails() {
  byId("details").classList.add("empty");
  byId("details").replaceChildren(
    make("p", {}, "Point at a mention, or tap it, to see its concept, cue, rules and relations."),
  );
}
