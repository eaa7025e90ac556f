// The reader: one case, its mentions, its relations, the evidence of a row.

const reader = { number: null, current: null, row: null, pinned: null, pointed: null, pointer: [0, 0] };

function prepareReader() {
  byId("choice").append(
    ...SUMMARY.cases.map((id, i) => make("option", { value: i }, `${i + 1}. ${id}`)),
  );
  byId("choice").addEventListener("change", (event) => goToCase(Number(event.target.value)));
  byId("previous").addEventListener("click", () => goToCase(reader.number - 1));
  byId("next").addEventListener("click", () => goToCase(reader.number + 1));
  byId("all-arrows").addEventListener("change", showArrows);
  byId("its-rows").addEventListener("click", () => setFilters({ case_id: reader.current.id }));
  byId("legend").append(...legend());
  const text = byId("text");
  for (const kind of ["pointermove", "focusin"]) {
    text.addEventListener(kind, (event) => pointAt(event, false));
  }
  text.addEventListener("click", (event) => pointAt(event, true));
  for (const kind of ["pointermove", "pointerdown"]) {
    addEventListener(kind, ({ screenX, screenY }) => (reader.pointer = [screenX, screenY]));
  }
  addEventListener("resize", () => reader.current && showArrows());
}

function legend() {
  const labels = Object.keys(SUMMARY.looks).map((label) => {
    const sample = make("span", { class: "sample" }, lookOf(label).short);
    sample.style.setProperty("--look", lookOf(label).background);
    return make("span", {}, sample, ` ${label.toLowerCase()}`);
  });
  const marks = Object.entries(SUMMARY.marks).map(([status, mark]) =>
    make("span", {}, `${mark} ${status}`),
  );
  return [...labels, ...marks];
}

function goToCase(number) {
  if (number >= 0 && number < SUMMARY.cases.length) location.hash = `case/${number}`;
}

/** Show a case, and of a row of findings its evidence. */
function showCase(number, rowNumber) {
  const row = rowNumber === null ? null : rowsOfFindings()[rowNumber];
  reader.current = readCase(number);
  Object.assign(reader, { number, row, pinned: null, pointed: null });
  byId("choice").value = number;
  byId("previous").disabled = number === 0;
  byId("next").disabled = number === SUMMARY.cases.length - 1;
  byId("about").replaceChildren(...aboutCase(reader.current));
  showText(reader.current, row);
  if (row) showRow();
  else {
    emptyDetails();
    showArrows();
  }
  const target = byId("text").querySelector(".evidence");
  if (target) target.scrollIntoView({ block: "center" });
  else scrollTo(0, 0);
}

function aboutCase(current) {
  const { final_diagnosis: final, source, sex, age, n_findings: rows } = current.about;
  const person = [sex, age && `${age} years`].filter(Boolean).join(", ");
  const said = [person, final && `final diagnosis: ${final}`, rows && `${rows} rows`, source];
  return said.filter(Boolean).map((words) => make("span", { dir: "auto" }, words));
}

function showText(current, row) {
  const text = byId("text");
  if (current.text === null) {
    text.replaceChildren(...withoutText(current));
    return;
  }
  const spans = current.mentions.map((mention, depth) => ({
    start: mention.start, end: mention.end, depth: depth + 1,
    draw: ({ continued }) => mentionElement(mention, continued),
  }));
  if (row) {
    const draw = () => make("mark", { class: "evidence" });
    spans.push({ start: row.start, end: row.end, depth: 0, draw });
  }
  text.replaceChildren(
    ...stretches(current.sections, current.text).map((stretch) =>
      stretchElement(current.text, stretch, within(spans, stretch.start, stretch.end)),
    ),
  );
}

function stretchElement(text, stretch, spans) {
  const { start, end, name, method, score } = stretch;
  const how = method === "model" ? `by model, score ${score}` : method && `by ${method}`;
  const words = make("div", { class: "words", dir: "ltr" });
  draw(words, text, nested(spans, start, end));
  return make("div", { class: "stretch" }, name ? make("h2", { title: how }, name) : null, words);
}

/** Show the mentions of a case whose text is not in the page. */
function withoutText(current) {
  const why = current.why === "changed"
    ? "The text of this case has changed since the run"
    : "The text of this case was not found in the inputs";
  const words = make("div", { class: "words", dir: "ltr" });
  for (const mention of current.mentions) {
    const made = mentionElement(mention, false);
    made.append(mention.text);
    words.append(made, " ");
  }
  return [make("p", { class: "note" }, `${why}; these are its mentions.`), words];
}

/** Say whether not the pointer moved, but the page beneath it. */
const rests = ({ screenX, screenY }) =>
  reader.pointer[0] === screenX && reader.pointer[1] === screenY;

/** Show what a mention is, while it is pointed at; a click keeps it. */
function pointAt(event, keep) {
  const found = event.target.closest?.("[data-mention]");
  if (event.type === "pointermove") {
    if (rests(event) || found === reader.pointed) return;
    reader.pointed = found;
  }
  if (!found) {
    if (keep) reader.pinned = null;
    if (reader.row && reader.pinned === null) showRow();
    return;
  }
  if (reader.pinned !== null && event.type === "pointermove") return;
  const mention = reader.current.mentions[Number(found.dataset.mention)];
  if (keep) reader.pinned = reader.pinned === mention.index ? null : mention.index;
  mentionDetails(reader.current, mention);
  showArrows(mention.index);
}

/** Show again the row whose evidence is marked. */
function showRow() {
  rowDetails(reader.current, reader.row);
  showArrows();
}

/** Draw the relations of a mention, or of the row shown, or all. */
function showArrows(index) {
  const { current, row } = reader;
  const all = byId("all-arrows").checked;
  byId("text").classList.toggle("spread", all);
  if (all) drawArrows(current.relations);
  else if (typeof index === "number") drawArrows(relationsOf(current, index));
  else if (row) drawArrows(relationsOfRow(current, row));
  else drawArrows([]);
}

/** Give the relations of a row's finding, and its pair. */
function relationsOfRow(current, row) {
  if (row.head < 0 || row.tail < 0) return [];
  const pair = { head: row.head, tail: row.tail, type: row.relation };
  const own = relationsOf(current, row.head).filter(
    ({ head, tail }) => head === row.head && tail !== row.tail,
  );
  return row.basis === "stated" ? [pair, ...own] : own;
}
